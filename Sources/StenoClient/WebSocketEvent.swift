/// What a server sends over a WebSocket, as far as a client of events cares.
public enum WebSocketEvent: Equatable, Sendable {
    case text(String)
    /// A binary message; Steno servers send none.
    case binary
    /// The server's Close frame: nothing comes after it.
    case closed(WebSocketClosure)
}

/// A server's Close frame (RFC 6455 section 5.5.1).
public struct WebSocketClosure: Error, Equatable, Sendable, CustomStringConvertible {
    /// 1005 when the frame carried none (section 7.1.5).
    public var code: Int
    public var reason: String
    /// Whether the client had sent its own Close frame before.
    public var isAnswer: Bool

    public init(code: Int, reason: String, isAnswer: Bool) {
        self.code = code
        self.reason = reason
        self.isAnswer = isAnswer
    }

    /// The code, its meaning from section 7.4.1 and the IANA registry, and the reason if there is one.
    public var description: String {
        let named = Self.meanings[code].map { "\(code) \($0)" } ?? "\(code)"
        return reason.isEmpty ? named : "\(named) (\(printable(reason)))"
    }

    private static let meanings = [
        1000: "normal closure", 1001: "going away", 1002: "protocol error", 1003: "unsupported data",
        1005: "no status", 1007: "invalid data", 1008: "policy violation", 1009: "message too big",
        1010: "missing extension", 1011: "internal error", 1012: "service restart", 1013: "try again later",
    ]
}

/// The text on one line and without control characters, which would let a server steer the terminal.
func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: result.append(" ")
        default: result.append(scalar)
        }
    }
    return String(result)
}
