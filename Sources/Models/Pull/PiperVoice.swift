import FoundationEssentials

/// A voice as Piper's authors describe it, in what sherpa-onnx wants to know of it.
struct PiperVoice {
    private struct Description: Decodable {
        struct Audio: Decodable { var sample_rate: Int }
        struct Espeak: Decodable { var voice: String }
        struct Language: Decodable { var code: String }

        var audio: Audio
        var espeak: Espeak
        var language: Language?
        var num_speakers: Int?
        var phoneme_id_map: [String: [Int]]
    }

    private let description: Description

    /// - Returns: `nil` for another file.
    init?(description data: Data) {
        guard let description = try? JSONDecoder().decode(Description.self, from: data) else { return nil }
        self.description = description
    }

    /// The content of `tokens.txt`: a line of phoneme and number for each, in the order of numbers.
    var tokens: String {
        let numbered = description.phoneme_id_map.compactMap { phoneme, numbers in
            numbers.first.map { (phoneme: phoneme, number: $0) }
        }
        let ordered = numbered.sorted { ($0.number, $0.phoneme) < ($1.number, $1.phoneme) }
        return ordered.map { "\($0.phoneme) \($0.number)\n" }.joined()
    }

    /// The metadata as it stands at the end of an ONNX file.
    ///
    /// Source: onnx.proto3, `ModelProto.metadata_props` (field 14) of `StringStringEntryProto` (key 1, value 2). Fields of
    /// a message may come in any order, so that these may follow the rest.
    var metadata: Data {
        let pairs = [
            ("model_type", "vits"), ("comment", "piper"), ("language", description.language?.code ?? ""),
            ("voice", description.espeak.voice), ("has_espeak", "1"),
            ("n_speakers", "\(description.num_speakers ?? 1)"), ("sample_rate", "\(description.audio.sample_rate)"),
        ]
        let entries = pairs.map { key, value in
            Self.field(14, Self.field(1, Array(key.utf8)) + Self.field(2, Array(value.utf8)))
        }
        return Data(entries.joined())
    }

    /// A field that is preceded by its number and its length.
    private static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(content.count) + content
    }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + varint(value >> 7)
    }
}
