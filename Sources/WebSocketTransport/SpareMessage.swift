import NIOCore

/// The bytes of the last message: their memory serves the next one when nobody needs them any more.
///
/// The readers of one event loop share it, as a message has been handled, as a rule, before the next one is read.
final class SpareMessage {
    /// What is kept at most, in bytes.
    private static let maximum = 1 << 14
    private static let spares = LoopLocal<SpareMessage>()

    private var bytes: ByteBuffer?

    /// The one of a loop, which must be the current one.
    static func of(_ eventLoop: any EventLoop) -> SpareMessage {
        spares.value(of: eventLoop) { SpareMessage() }
    }

    /// An empty message, with the memory of the last one where there is one.
    func take() -> ByteBuffer {
        guard var message = bytes.take() else { return ByteBuffer() }
        message.clear()
        return message
    }

    func keep(_ message: ByteBuffer) {
        if message.capacity <= Self.maximum { bytes = message }
    }
}
