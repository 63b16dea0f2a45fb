import NIOCore
import Testing

@testable import WebSocketTransport

@Suite("Close frames")
struct WebSocketCloseTests {
    /// The codes of the IANA registry that an endpoint may send, and the ranges for libraries and private use.
    private static let sendable = Set([1000, 1001, 1002, 1003] + Array(1007...1014) + Array(3000...4999))

    @Test("Carry the registered codes and no others")
    func codes() {
        for raw in UInt16(0)...5000 {
            #expect(WebSocketCloseCode(rawValue: raw).isAllowedOnWire == Self.sendable.contains(Int(raw)), "\(raw)")
            var payload = ByteBuffer()
            payload.writeInteger(raw)
            if Self.sendable.contains(Int(raw)) {
                #expect((try? WebSocketClose(payload: payload))?.code?.rawValue == raw)
            } else {
                #expect(throws: WebSocketProtocolError.badCloseCode(raw)) { try WebSocketClose(payload: payload) }
            }
        }
    }

    @Test("Are empty or begin with a code")
    func payloads() throws {
        #expect(try WebSocketClose(payload: ByteBuffer()).code == nil)
        #expect(throws: WebSocketProtocolError.badClosePayload) { try WebSocketClose(payload: ByteBuffer(bytes: [3])) }
        #expect(throws: WebSocketProtocolError.invalidUTF8) {
            try WebSocketClose(payload: ByteBuffer(bytes: [3, 232, 0xFF]))
        }
        let close = try WebSocketClose(payload: ByteBuffer(bytes: [3, 233] + Array("bye".utf8)))
        #expect(close == WebSocketClose(.goingAway, reason: "bye"))
        #expect(Array(close.payload.readableBytesView) == [3, 233] + Array("bye".utf8))
        #expect(WebSocketClose().payload.readableBytes == 0)
    }

    @Test("Fit a control frame, cut between characters", arguments: ["a", "é", "€", "🎙", "👩‍👩‍👧"])
    func longReasons(character: String) {
        let long = String(repeating: character, count: 150)
        let close = WebSocketClose(.normal, reason: long)
        #expect(close.reason.utf8.count <= 123)
        #expect(close.reason.utf8.count > 123 - character.utf8.count)
        #expect(long.hasPrefix(close.reason))
    }

    @Test("Come with every protocol error's own words and a code that may be sent")
    func errors() {
        let errors: [WebSocketProtocolError] = [
            .reservedBits, .unmasked, .unknownOpcode(3), .fragmentedControlFrame, .longControlFrame(bytes: 126),
            .unexpectedContinuation, .unfinishedMessage, .badClosePayload, .badCloseCode(1005), .invalidUTF8,
            .tooLarge(limit: 1),
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        for error in errors {
            #expect(error.close.code == error.closeCode && error.close.reason == error.description)
        }
    }
}
