import CHandshake
import NIOCore

/// Answers the handshake, and reads frames only to unmask and drop them.
///
/// It is for loads that behave: nothing is checked, no ping is answered, and a request is taken to arrive in one piece.
final class DroppingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isUpgraded = false
    /// The beginning of a frame whose rest is to come.
    private var unfinished = ByteBuffer()
    /// Payload as it was before the client masked it.
    private var payload = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard isUpgraded else {
            answerHandshake(String(buffer: bytes), context: context)
            return
        }

        if unfinished.readableBytes > 0 {
            unfinished.writeImmutableBuffer(bytes)
            bytes = unfinished
        }
        while dropFrame(of: &bytes) {}

        // A buffer that is not kept is one that the channel reads into again.
        unfinished = bytes.readableBytes > 0 ? bytes : ByteBuffer()
    }

    /// Unmasks and drops the frame at the front; false when it is not all there.
    private func dropFrame(of bytes: inout ByteBuffer) -> Bool {
        let start = bytes.readerIndex
        guard let second: UInt8 = bytes.getInteger(at: start + 1),
            let (length, keyIndex) = bytes.payloadLength(short: Int(second & 0x7F), at: start + 2),
            let key: UInt32 = bytes.getInteger(at: keyIndex, endianness: .host),
            bytes.writerIndex - (keyIndex + 4) >= length
        else { return false }

        bytes.moveReaderIndex(to: keyIndex + 4)
        unmask(length, of: bytes, key: key)
        bytes.moveReaderIndex(forwardBy: length)
        return true
    }

    /// Leaves the first `length` bytes of `bytes` in `payload`, unmasked.
    private func unmask(_ length: Int, of bytes: ByteBuffer, key: UInt32) {
        let wide = UInt64(key) << 32 | UInt64(key)
        payload.clear(minimumCapacity: length)
        bytes.withUnsafeReadableBytes { masked in
            _ = payload.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { output in
                for index in stride(from: 0, to: length & ~7, by: 8) {
                    let word = masked.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    output.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
                }
                for index in length & ~7..<length {
                    output[index] = masked[index] ^ UInt8(truncatingIfNeeded: key >> (8 * UInt32(index & 3)))
                }
                return length
            }
        }
    }

    private func answerHandshake(_ request: String, context: ChannelHandlerContext) {
        let answer = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { answer in
            let length = handshake_answer(request, answer.baseAddress, answer.count)
            return ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(answer)[..<length]))
        }
        guard answer.readableBytes > 0 else {
            context.close(promise: nil)
            return
        }

        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        isUpgraded = true
    }
}

extension ByteBuffer {
    /// How long a payload is, and where the key stands that comes before it; `short` is the length in the second byte.
    fileprivate func payloadLength(short: Int, at index: Int) -> (length: Int, keyIndex: Int)? {
        switch short {
        case 126: getInteger(at: index, as: UInt16.self).map { (Int($0), index + 2) }
        case 127: getInteger(at: index, as: UInt64.self).map { (Int(clamping: $0), index + 8) }
        default: (short, index)
        }
    }
}
