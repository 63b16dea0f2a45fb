import FoundationEssentials
import JSON
import NIOCore

/// The server-sent events of streamed speech.
///
/// Source: OpenAI's `speech.audio.…` events, each as one `data:` line (WHATWG HTML, "Server-sent events").
enum SpeechEvents {
    /// More of the audio.
    static func delta(_ bytes: [UInt8]) -> ByteBuffer {
        event(["type": "speech.audio.delta", "audio": .string(Data(bytes).base64EncodedString())])
    }

    /// The end; there are no tokens to count here.
    static let done = event([
        "type": "speech.audio.done",
        "usage": ["input_tokens": 0, "output_tokens": 0, "total_tokens": 0],
    ])

    /// An error after the status has gone out; clients look for the key `error` in any event.
    static func failure(_ error: APIError) -> ByteBuffer {
        ByteBuffer(string: "data: \(String(decoding: error.json, as: UTF8.self))\n\n")
    }

    private static func event(_ value: JSONValue) -> ByteBuffer {
        ByteBuffer(string: "data: \(String(decoding: value.text, as: UTF8.self))\n\n")
    }
}
