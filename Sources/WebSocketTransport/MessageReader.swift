import Limits
import NIOCore

/// Turns a client's bytes into messages and control frames, however they are cut.
///
/// Payload is unmasked straight into the message it belongs to, so each byte is copied once and a declared length costs
/// no memory before its bytes arrive. No I/O, no clock.
struct MessageReader {
    enum Event: Equatable {
        case message(WebSocketMessage)
        case ping(ByteBuffer)
        case pong
        case close(WebSocketClose)
    }

    private enum State {
        case header
        case payload(FrameHeader, read: Int)
    }

    private struct Message {
        var isText: Bool
        var payload: ByteBuffer
        /// What it takes of the budget; small messages take nothing.
        var share: MemoryBudget.Share?
    }

    /// Up to this size a message is not counted.
    private static let uncounted = 1 << 16
    /// Larger ones are counted in steps of so many bytes, as they arrive.
    private static let step = 1 << 18

    private let maxMessageSize: Int
    private let budget: MemoryBudget
    private var state = State.header
    /// The beginning of a header whose rest has not arrived.
    private var partialHeader = ByteBuffer()
    private var message: Message?
    private var control = ByteBuffer()
    private var lastShare: MemoryBudget.Share?
    private let spare: SpareMessage

    /// - Parameter spare: Memory that it shares with other readers of its thread.
    init(
        maxMessageSize: Int,
        budget: MemoryBudget = MemoryBudget(limit: .max),
        spare: SpareMessage = SpareMessage()
    ) {
        self.maxMessageSize = maxMessageSize
        self.budget = budget
        self.spare = spare
    }

    /// What the message that came last takes of the budget, until it is let go.
    mutating func takeShare() -> MemoryBudget.Share? { lastShare.take() }

    /// Consumes `bytes` up to the end of the next message or control frame; `nil` when more bytes are needed.
    ///
    /// After an error the reader must not be used again.
    mutating func next(from bytes: inout ByteBuffer) throws(WebSocketProtocolError) -> Event? {
        while true {
            switch state {
            case .header:
                guard let header = try readHeader(from: &bytes) else { return nil }
                try begin(header)
                state = .payload(header, read: 0)
            case .payload(let header, let read):
                let read = try read + readPayload(of: header, offset: read, from: &bytes)
                guard read == header.length else {
                    state = .payload(header, read: read)
                    return nil
                }
                state = .header
                if let event = try end(header) { return event }
            }
        }
    }

    private mutating func readHeader(from bytes: inout ByteBuffer) throws(WebSocketProtocolError) -> FrameHeader? {
        let limit = maxMessageSize - (message?.payload.readableBytes ?? 0)
        if partialHeader.readableBytes == 0 {
            if let header = try parse(&bytes, limit: limit) { return header }
            partialHeader.writeBuffer(&bytes)
            return nil
        }

        while let byte: UInt8 = bytes.readInteger() {
            partialHeader.writeInteger(byte)
            if let header = try parse(&partialHeader, limit: limit) {
                partialHeader.clear()
                return header
            }
        }

        return nil
    }

    private func parse(_ bytes: inout ByteBuffer, limit: Int) throws(WebSocketProtocolError) -> FrameHeader? {
        do {
            return try FrameHeader(reading: &bytes, limit: limit)
        } catch .tooLarge {
            throw .tooLarge(limit: maxMessageSize)
        }
    }

    private mutating func begin(_ header: FrameHeader) throws(WebSocketProtocolError) {
        switch header.opcode {
        case .continuation:
            guard message != nil else { throw .unexpectedContinuation }
        case .text, .binary:
            guard message == nil else { throw .unfinishedMessage }
            message = Message(isText: header.opcode == .text, payload: spare.take())
        case .close, .ping, .pong:
            control = ByteBuffer()
            return
        }

        // A promise is not yet memory: reserve no more than what one read may bring.
        message?.payload.reserveCapacity(minimumWritableBytes: min(header.length, 1 << 16))
    }

    private mutating func readPayload(
        of header: FrameHeader,
        offset: Int,
        from bytes: inout ByteBuffer
    ) throws(WebSocketProtocolError) -> Int {
        let count = header.length - offset
        guard !header.opcode.isControl else {
            return control.writeUnmasked(count, from: &bytes, key: header.key, offset: offset)
        }
        try reserve(min(count, bytes.readableBytes))
        return message?.payload.writeUnmasked(count, from: &bytes, key: header.key, offset: offset) ?? 0
    }

    /// Counts `more` bytes of the message before they are kept.
    private mutating func reserve(_ more: Int) throws(WebSocketProtocolError) {
        guard let length = message.map({ $0.payload.readableBytes + more }), length > Self.uncounted else { return }
        let share = message?.share ?? budget.makeShare()
        message?.share = share
        guard length > share.size else { return }
        let steps = (length - share.size + Self.step - 1) / Self.step
        guard share.grow(by: steps * Self.step) else { throw .noMemory }
    }

    private mutating func end(_ header: FrameHeader) throws(WebSocketProtocolError) -> Event? {
        switch header.opcode {
        case .ping: return .ping(control)
        case .pong: return .pong
        case .close: return .close(try WebSocketClose(payload: control))
        case .continuation, .text, .binary:
            guard header.isFinal, let whole = message.take() else { return nil }
            lastShare = whole.share
            spare.keep(whole.payload)
            guard whole.isText else { return .message(.binary(whole.payload)) }
            guard whole.payload.isValidUTF8 else { throw .invalidUTF8 }
            return .message(.text(whole.payload))
        }
    }
}

extension ByteBuffer {
    fileprivate var isValidUTF8: Bool {
        (try? UTF8Span(validating: readableBytesUInt8Span)) != nil
    }
}
