import NIOCore
import Testing

@testable import WebSocketTransport

@Suite("Frame headers")
struct FrameHeaderTests {
    @Test("Have the length in the shortest form", arguments: [0, 1, 125, 126, 127, 65535, 65536, 21 << 20])
    func lengths(length: Int) throws {
        var bytes = ByteBuffer()
        bytes.writeFrameHeader(.binary, length: length)
        let form: [UInt8] =
            switch length {
            case ...125: [0x82, UInt8(length)]
            case ...65535: [0x82, 126, UInt8(length >> 8), UInt8(length & 255)]
            default: [0x82, 127, 0, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(length >> $0 & 255) }
            }
        #expect(Array(bytes.readableBytesView) == form)
        // A client's header is the same but for the mask.
        var masked = ByteBuffer(bytes: [form[0], form[1] | 0x80] + form.dropFirst(2) + [9, 8, 7, 6])
        let header = try #require(try FrameHeader(reading: &masked, limit: 1 << 30))
        #expect(header.length == length && header.opcode == .binary && header.isFinal)
        #expect(withUnsafeBytes(of: header.key, Array.init) == [9, 8, 7, 6])
        #expect(masked.readableBytes == 0)
    }

    @Test("Are refused by the byte that is wrong and not later")
    func earliestRefusal() throws {
        let cases: [([UInt8], WebSocketProtocolError)] = [
            ([0xC1], .reservedBits), ([0xA1], .reservedBits), ([0x91], .reservedBits),
            ([0x83], .unknownOpcode(3)), ([0x8B], .unknownOpcode(11)), ([0x09], .fragmentedControlFrame),
            ([0x08], .fragmentedControlFrame), ([0x81, 0x05], .unmasked),
            ([0x89, 0xFE], .longControlFrame(bytes: 126)),
            ([0x88, 0xFF], .longControlFrame(bytes: 126)), ([0x82, 0xFE, 0x03, 0xE9], .tooLarge(limit: 1000)),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0x03, 0xE9], .tooLarge(limit: 1000)),
            ([0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], .tooLarge(limit: 1000)),
            ([0x82, 0xFF, 0xFF, 255, 255, 255, 255, 255, 255, 255], .tooLarge(limit: 1000)),
        ]
        for (bytes, error) in cases {
            var early = ByteBuffer(bytes: bytes.dropLast())
            #expect(try FrameHeader(reading: &early, limit: 1000) == nil, "\(bytes)")
            #expect(early.readableBytes == bytes.count - 1, "Nothing is consumed")
            var whole = ByteBuffer(bytes: bytes)
            #expect(throws: error) { try FrameHeader(reading: &whole, limit: 1000) }
        }
        var limit = ByteBuffer(bytes: [0x82, 0xFE, 0x03, 0xE8, 1, 2, 3, 4])
        #expect(try FrameHeader(reading: &limit, limit: 1000)?.length == 1000)
    }

    @Test("Know exactly six opcodes")
    func opcodes() throws {
        for raw in UInt8(0)..<16 {
            var bytes = ByteBuffer(bytes: [0x80 | raw, 0x80, 0, 0, 0, 0])
            let opcode = try? FrameHeader(reading: &bytes, limit: 0)?.opcode.rawValue
            #expect(opcode == ([0, 1, 2, 8, 9, 10].contains(raw) ? raw : nil))
        }
    }
}
