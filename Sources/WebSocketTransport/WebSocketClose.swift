import NIOCore

/// How a WebSocket ends: the status code and the words of a Close frame.
public struct WebSocketClose: Equatable, Sendable {
    /// Why it ends; `nil` is a Close frame without a payload.
    public let code: WebSocketCloseCode?
    /// Words for a log, at most 123 bytes of UTF-8.
    public let reason: String

    /// The reason is cut at 123 bytes, between characters; the code must be allowed on the wire.
    public init(_ code: WebSocketCloseCode, reason: String = "") {
        precondition(code.isAllowedOnWire, "Close code \(code.rawValue) must not be sent")
        self.code = code
        self.reason = reason.prefix(utf8Count: 123)
    }

    /// A Close frame without a payload.
    init() {
        code = nil
        reason = ""
    }

    /// Reads the payload of a peer's Close frame (RFC 6455 section 5.5.1).
    init(payload: ByteBuffer) throws(WebSocketProtocolError) {
        var payload = payload
        guard payload.readableBytes > 0 else {
            self.init()
            return
        }
        guard let raw: UInt16 = payload.readInteger() else { throw .badClosePayload }
        let code = WebSocketCloseCode(rawValue: raw)
        guard code.isAllowedOnWire else { throw .badCloseCode(raw) }
        guard let reason = String(validating: payload.readableBytesView, as: UTF8.self) else { throw .invalidUTF8 }
        self.init(code, reason: reason)
    }

    var payload: ByteBuffer {
        var payload = ByteBuffer()
        guard let code else { return payload }
        payload.writeInteger(code.rawValue)
        payload.writeString(reason)
        return payload
    }
}

extension String {
    fileprivate func prefix(utf8Count limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while end.samePosition(in: self) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
