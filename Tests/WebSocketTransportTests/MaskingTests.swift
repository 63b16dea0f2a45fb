import NIOCore
import Testing

@testable import WebSocketTransport

@Suite("Unmasking")
struct MaskingTests {
    @Test("Agrees with RFC 6455 section 5.3 for each length, offset and cut")
    func agrees() {
        let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        let raw = key.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        for length in 0..<40 {
            let plain = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 5) }
            let masked = plain.enumerated().map { $1 ^ key[$0 % 4] }
            for cut in 0...length {
                var output = ByteBuffer(bytes: [0xEE])
                var first = ByteBuffer(bytes: masked[..<cut])
                var second = ByteBuffer(bytes: masked[cut...] + [1, 2, 3])
                #expect(output.writeUnmasked(length, from: &first, key: raw, offset: 0) == cut)
                #expect(output.writeUnmasked(length - cut, from: &second, key: raw, offset: cut) == length - cut)
                #expect(Array(output.readableBytesView) == [0xEE] + plain)
                #expect(first.readableBytes == 0 && Array(second.readableBytesView) == [1, 2, 3])
            }
        }
    }
}
