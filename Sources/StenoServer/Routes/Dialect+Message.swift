import Dialects
import NIOCore
import Sessions
import WebSocketTransport

extension Dialect {
    /// Appends what a message asks for.
    mutating func decode(_ message: WebSocketMessage, into commands: inout [ClientCommand]) {
        switch message {
        case .text(let text): decode(text: text.readableBytesUInt8Span, into: &commands)
        case .binary(let bytes): decode(binary: bytes.readableBytesUInt8Span, into: &commands)
        }
    }
}
