import Audio
import JSON
import Sessions

/// Reads a connection's messages one after the other, in the same memory as long as they are of the usual size.
struct MessageDecoder {
    /// Memory for audio that is kept for the next message, in bytes; longer audio gets memory of its own.
    private static let keptLength = 1 << 16

    private var outline = JSONOutline()
    /// The last message's audio, whose memory serves the next once the session has taken it.
    private var audio: [UInt8] = []

    /// Reads a text message, which is valid UTF-8.
    mutating func read(_ text: Span<UInt8>) throws(ClientError) -> ClientMessage {
        if audio.capacity > 2 * Self.keptLength { audio = [] }
        do {
            try outline.read(text)
        } catch .notAnObject {
            throw ClientError(.invalidEvent, "The message must be a JSON object with a 'type'.")
        } catch {
            throw ClientMessage.invalid(error)
        }
        return try ClientMessage(text, outline: outline, audio: &audio)
    }

    /// The bytes of a binary message.
    mutating func copy(_ binary: Span<UInt8>) -> [UInt8] {
        if audio.capacity > 2 * Self.keptLength { audio = [] }
        audio.removeAll(keepingCapacity: true)
        binary.withUnsafeBufferPointer { audio.append(contentsOf: $0) }
        return audio
    }
}
