public import NIOCore

/// A whole message, whatever frames it travelled in.
public enum WebSocketMessage: Equatable, Sendable {
    /// Valid UTF-8; no `String` is built, because this path is hot.
    case text(ByteBuffer)
    case binary(ByteBuffer)

    /// A text message.
    public static func text(_ string: String) -> WebSocketMessage {
        .text(ByteBuffer(string: string))
    }

    /// The bytes of either kind.
    public var payload: ByteBuffer {
        switch self {
        case .text(let payload), .binary(let payload): payload
        }
    }
}
