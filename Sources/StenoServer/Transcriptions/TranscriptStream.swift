import FoundationEssentials
import NIOCore

/// The server-sent events of a streamed transcript.
///
/// Source: OpenAI's `transcript.text.…` events, each as one `data:` line (WHATWG HTML, "Server-sent events").
enum TranscriptStream {
    /// The text of one more segment; all deltas together are the whole text.
    static func delta(_ segment: FileTranscript.Segment) throws -> ByteBuffer {
        try event(Delta(delta: segment.separator + segment.text))
    }

    /// The whole text, and the end of the stream.
    static func done(_ transcript: FileTranscript) throws -> ByteBuffer {
        var buffer = try event(Done(text: transcript.text, usage: DurationUsage(seconds: transcript.duration)))
        buffer.writeString("data: [DONE]\n\n")
        return buffer
    }

    /// An error after the status has gone out; clients look for the key `error` in any event.
    static func failure(_ error: APIError) -> ByteBuffer {
        ByteBuffer(string: "data: \(String(decoding: error.json, as: UTF8.self))\n\n")
    }

    private static func event(_ value: some Encodable) throws -> ByteBuffer {
        ByteBuffer(string: "data: \(try TranscriptRendering.encode(value))\n\n")
    }

    private struct Delta: Encodable {
        let type = "transcript.text.delta"
        var delta: String

        enum CodingKeys: String, CodingKey {
            case type, delta
        }
    }

    private struct Done: Encodable {
        let type = "transcript.text.done"
        var text: String
        var usage: DurationUsage

        enum CodingKeys: String, CodingKey {
            case type, text, usage
        }
    }
}
