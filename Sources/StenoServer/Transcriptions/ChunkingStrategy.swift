import Audio
import JSON
import Sessions
import SpeechDetection

/// How a client wants its file cut: by the server's rules, or with some of its own.
///
/// It comes as `chunking_strategy=auto`, as a JSON object in that field, or as bracket fields
/// (`chunking_strategy[type]=server_vad`).
struct ChunkingStrategy: Equatable {
    private var change = TurnDetectionUpdate.Change()

    private static let name = "chunking_strategy"
    private static let keys = ["type", "threshold", "prefix_padding_ms", "silence_duration_ms"]

    static func isField(_ name: String) -> Bool {
        name == Self.name || keys.contains { name == "\(Self.name)[\($0)]" }
    }

    /// The strategy that `form` names; `nil` when it names none.
    ///
    /// - Throws: `APIError` that names the field at fault.
    init?(_ form: MultipartForm) throws(APIError) {
        var values: [String: String] = [:]
        for key in Self.keys { values[key] = form.values("\(Self.name)[\(key)]").last?.trimmingBlanks }
        let whole = form.values(Self.name).last?.trimmingBlanks ?? ""
        if whole.hasPrefix("{") {
            values.merge(try Self.object(whole)) { bracket, _ in bracket }
        } else if !whole.isEmpty, whole != "auto" {
            throw .invalid(Self.name, whole, allowed: "auto, or an object of type server_vad")
        }

        if whole.isEmpty, values.isEmpty { return nil }
        if let type = values["type"], type != "server_vad", type != "auto" {
            throw .invalid("\(Self.name)[type]", type, allowed: "server_vad, auto")
        }
        change.threshold = try Self.number(values, key: "threshold", in: TurnDetection.thresholds).map { Float($0) }
        change.prefixPadding = try Self.samples(values, key: "prefix_padding_ms", in: TurnDetection.paddings)
        change.hangover = try Self.samples(values, key: "silence_duration_ms", in: TurnDetection.hangovers)
    }

    /// The same rules with what the client named put in.
    func applied(to rules: TurnDetection) -> TurnDetection { change.applied(to: rules) }

    private static func object(_ text: String) throws(APIError) -> [String: String] {
        guard case .object(let object)? = try? JSONValue(parsing: Array(text.utf8).span) else {
            throw .invalid(name, text, allowed: "auto, or a JSON object of type server_vad")
        }
        return object.filter { keys.contains($0.key) }.compactMapValues(\.scalar)
    }

    private static func number(
        _ values: [String: String],
        key: String,
        in range: ClosedRange<Double>
    ) throws(APIError) -> Double? {
        guard let value = values[key] else { return nil }
        guard let number = Double(value), range.contains(number) else {
            let allowed = "a number from \(range.lowerBound) to \(range.upperBound)"
            throw .invalid("\(name)[\(key)]", value, allowed: allowed)
        }
        return number
    }

    private static func samples(
        _ values: [String: String],
        key: String,
        in range: ClosedRange<Int>
    ) throws(APIError) -> Int? {
        guard let value = values[key] else { return nil }
        guard let number = Double(value).flatMap(Int.init(exactly:)), range.contains(number) else {
            let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .invalid("\(name)[\(key)]", value, allowed: allowed)
        }
        return SampleClock.samples(milliseconds: number)
    }
}
