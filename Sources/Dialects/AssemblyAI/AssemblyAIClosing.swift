/// Why the server ends a connection, with the code that the protocol has for it.
struct AssemblyAIClosing: Error, Equatable {
    /// Codes of the protocol; clients look them up, and the oldest fail at one that they do not know.
    enum Code: UInt16 {
        case badSampleRate = 4_000
        case sessionExpired = 4_008
        case badJSON = 4_100
        case badSchema = 4_101
        case badWordBoost = 4_104
    }

    var code: Code
    /// One sentence that says what to do.
    var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The Close frame, whose reason is short and plain.
    var close: OutgoingMessage {
        let reason =
            switch code {
            case .badSampleRate: "bad sample rate"
            case .sessionExpired: "session expired"
            case .badJSON: "endpoint received invalid JSON"
            case .badSchema: "endpoint received a message with an invalid schema"
            case .badWordBoost: "word_boost cannot be parsed"
            }
        return .close(code: code.rawValue, reason: reason)
    }
}
