import NIOCore

/// What precedes a frame's payload (RFC 6455 section 5.2).
struct FrameHeader: Equatable, Sendable {
    enum Opcode: UInt8, Sendable {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA

        var isControl: Bool { rawValue & 0x8 != 0 }
    }

    var opcode: Opcode
    var isFinal = true
    /// Payload bytes.
    var length: Int
    /// The four masking bytes as they lie in memory.
    var key: UInt32 = 0

    /// Reads a client's header at the front of `bytes`; `nil` when it is not all there, and then nothing is consumed.
    ///
    /// What is wrong is reported as soon as the byte that says so is there: a refused length never waits for its
    /// payload. Lengths in more bytes than needed are accepted, as other servers do.
    init?(reading bytes: inout ByteBuffer, limit: Int) throws(WebSocketProtocolError) {
        let start = bytes.readerIndex
        guard let first: UInt8 = bytes.getInteger(at: start) else { return nil }
        guard first & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .unknownOpcode(first & 0x0F) }
        let isFinal = first & 0x80 != 0
        guard isFinal || !opcode.isControl else { throw .fragmentedControlFrame }
        guard let second: UInt8 = bytes.getInteger(at: start + 1) else { return nil }
        guard second & 0x80 != 0 else { throw .unmasked }
        let short = Int(second & 0x7F)
        guard short <= 125 || !opcode.isControl else { throw .longControlFrame(bytes: 126) }
        guard let (length, size) = bytes.payloadLength(short: short, at: start + 2) else { return nil }
        guard opcode.isControl || length <= limit else { throw .tooLarge(limit: limit) }
        guard let key: UInt32 = bytes.getInteger(at: start + 2 + size, endianness: .host) else { return nil }
        bytes.moveReaderIndex(forwardBy: 6 + size)
        self.init(opcode: opcode, isFinal: isFinal, length: length, key: key)
    }

    init(opcode: Opcode, isFinal: Bool = true, length: Int, key: UInt32 = 0) {
        self.opcode = opcode
        self.isFinal = isFinal
        self.length = length
        self.key = key
    }
}

extension ByteBuffer {
    /// The payload length and how many bytes it took after the first two.
    fileprivate func payloadLength(short: Int, at index: Int) -> (length: Int, size: Int)? {
        switch short {
        case 126: getInteger(at: index, as: UInt16.self).map { (Int($0), 2) }
        case 127: getInteger(at: index, as: UInt64.self).map { (Int(clamping: $0), 8) }
        default: (short, 0)
        }
    }

    /// Appends the header of a server's frame, which is final and not masked.
    mutating func writeFrameHeader(_ opcode: FrameHeader.Opcode, length: Int) {
        writeInteger(0x80 | opcode.rawValue)
        switch length {
        case ..<126: writeInteger(UInt8(length))
        case ...Int(UInt16.max): writeMultipleIntegers(UInt8(126), UInt16(length))
        default: writeMultipleIntegers(UInt8(127), UInt64(length))
        }
    }
}
