import BackendHTTP

/// Names that clients ask for, each with the voice that speaks for it, as `alloy=slt,ash=rms`.
public struct VoiceNames: Equatable, Sendable, LosslessStringConvertible {
    /// OpenAI's names of voices that sound female, and of those that sound male.
    public static let femaleOfOpenAI = ["alloy", "coral", "nova", "sage", "shimmer", "marin", "fable"]
    public static let maleOfOpenAI = ["ash", "ballad", "echo", "onyx", "verse", "cedar"]

    /// Voices by name in lower case.
    public var targets: [String: String]

    public init(targets: [String: String] = [:]) { self.targets = targets }

    /// Entries with commas between them; `nil` when one is not two names with an equals sign.
    public init?(_ description: String) {
        targets = [:]
        for entry in description.split(separator: ",") {
            let names = entry.split(separator: "=", omittingEmptySubsequences: false).map { trimmed($0) }
            guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else { return nil }
            targets[names[0].lowercased()] = names[1]
        }
    }

    public var description: String {
        targets.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }

    /// The voice for a name in any case.
    public subscript(name: String) -> String? { targets[name.lowercased()] }
}
