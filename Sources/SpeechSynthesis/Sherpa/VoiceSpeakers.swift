import Foundation
import JSON

/// The names of a model's speakers.
struct VoiceSpeakers {
    /// In the order of the model's numbers, in lower case, none twice.
    let names: [String]

    /// - Parameters:
    ///   - metadata: Has `n_speakers`.
    ///   - config: What Piper's voices have beside the model.
    init(metadata: ONNXMetadata, config: JSONValue?, folder: String) {
        let count = metadata.count("n_speakers") ?? 1
        let listed = metadata["speaker_names"]?.split(separator: ",").map { String($0) } ?? []
        let own = count == 1 ? [config?["dataset"]?.string ?? URL(filePath: folder).lastPathComponent] : []
        let known = [listed, Self.piperNames(config, count: count), own].first { names in
            let plain = names.map(Self.plain)
            return plain.count == count && Set(plain).count == count && !plain.contains("")
        }
        names = known?.map(Self.plain) ?? (0..<count).map { "speaker-\($0)" }
    }

    /// Whether a name says that it is a woman's, as Kokoro's (`af_bella`) and Kitten's (`expr-voice-2-f`) do.
    static func isFemale(_ name: String) -> Bool {
        if name.hasSuffix("-f") { return true }
        let start = Array(name.utf8.prefix(3))
        return start.count == 3 && start[1] == UInt8(ascii: "f") && start[2] == UInt8(ascii: "_")
    }

    private static func piperNames(_ config: JSONValue?, count: Int) -> [String] {
        let numbers = config?["speaker_id_map"]?.members ?? [:]
        let named = numbers.compactMap { name, number in
            number.scalar.flatMap(Double.init).flatMap(Int.init(exactly:)).map { (name: name, number: $0) }
        }
        let ordered = named.sorted { $0.number < $1.number }
        return ordered.map(\.number).elementsEqual(0..<count) ? ordered.map(\.name) : []
    }

    private static func plain(_ name: String) -> String {
        String(name.lowercased().filter { !$0.isWhitespace && $0 != "," && $0 != "=" }.prefix(64))
    }
}
