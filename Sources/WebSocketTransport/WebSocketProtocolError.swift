/// Why a peer's bytes are refused.
///
/// A handler that lets the error out closes the connection with ``closeCode``.
public enum WebSocketProtocolError: Error, Equatable, Sendable, CustomStringConvertible {
    case reservedBits
    case unmasked
    case unknownOpcode(UInt8)
    case fragmentedControlFrame
    case longControlFrame(bytes: Int)
    case unexpectedContinuation
    case unfinishedMessage
    case badClosePayload
    case badCloseCode(UInt16)
    case invalidUTF8
    /// A message is longer than the limit in bytes, or says that it will be.
    case tooLarge(limit: Int)
    /// The process has no memory left for a message of this size; the peer is not to blame.
    case noMemory

    /// The code that tells the peer (RFC 6455 section 7.4.1).
    public var closeCode: WebSocketCloseCode {
        switch self {
        case .tooLarge: .messageTooBig
        case .noMemory: .tryAgainLater
        case .invalidUTF8: .invalidPayload
        case .reservedBits, .unmasked, .unknownOpcode, .fragmentedControlFrame, .longControlFrame,
            .unexpectedContinuation, .unfinishedMessage, .badClosePayload, .badCloseCode:
            .protocolError
        }
    }

    public var description: String {
        switch self {
        case .reservedBits: "A frame has reserved bits set, but no extension was agreed."
        case .unmasked: "A client must mask its frames."
        case .unknownOpcode(let opcode): "A frame has the unknown opcode \(opcode)."
        case .fragmentedControlFrame: "A control frame must not be fragmented."
        case .longControlFrame(let bytes): "A control frame announces \(bytes) bytes or more; at most 125 are allowed."
        case .unexpectedContinuation: "A continuation frame has no message to continue."
        case .unfinishedMessage: "A message began before the one in fragments ended."
        case .badClosePayload: "A close frame's payload is a single byte; it must be empty or begin with a code."
        case .badCloseCode(let code): "A close frame has code \(code), which must not be sent."
        case .invalidUTF8: "A text is not valid UTF-8."
        case .tooLarge(let limit): "A message is longer than \(limit) bytes. Send it in smaller parts."
        case .noMemory: "The server has no memory left for this message. Send smaller ones, or try again later."
        }
    }

    /// The Close frame that tells the peer.
    public var close: WebSocketClose { WebSocketClose(closeCode, reason: description) }
}
