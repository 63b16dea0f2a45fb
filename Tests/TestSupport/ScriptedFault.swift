/// A way in which a backend fails before it has answered.
public struct ScriptedFault: CustomStringConvertible, Sendable {
    public var name: String
    public var answer: ScriptedBackend.Answer
    /// How it is counted.
    public var label: String

    public init(name: String, answer: ScriptedBackend.Answer, label: String) {
        self.name = name
        self.answer = answer
        self.label = label
    }

    public var description: String { name }

    /// What may happen with any kind of backend.
    public static let everywhere = [
        ScriptedFault(name: "500", answer: .respond(500, body: "{}"), label: "status_5xx"),
        ScriptedFault(
            name: "429 with Retry-After",
            answer: .respond(429, headers: ["Retry-After: 30"], body: "{}"),
            label: "status_429"
        ),
        ScriptedFault(name: "closing", answer: .close, label: "disconnected"),
    ]
}
