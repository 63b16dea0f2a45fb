/// What the clients of one key may use together; 0 is no limit.
public struct KeyLimits: Equatable, Sendable {
    /// WebSocket sessions at once.
    public var sessions = 0
    /// Seconds of audio in a minute, over sessions and uploads.
    public var audioRate = 0
    /// Bytes of one request's body, and of one message.
    public var requestBytes = 0

    public init() {}

    /// The limits of a key that has some of its own.
    public func replacing(with own: [Name: Int]) -> KeyLimits {
        var limits = self
        for (name, value) in own { limits[keyPath: name.path] = value }
        return limits
    }

    /// What a limit is called behind a key in `API_KEYS_FILE`.
    public enum Name: String, CaseIterable, Sendable {
        case sessions = "max_sessions"
        case audioRate = "max_audio_rate"
        case requestBytes = "max_request_bytes"

        var path: WritableKeyPath<KeyLimits, Int> {
            switch self {
            case .sessions: \.sessions
            case .audioRate: \.audioRate
            case .requestBytes: \.requestBytes
            }
        }
    }

    /// What each may be, which is what its setting may be.
    public static let range = 0...(1 << 40)
}
