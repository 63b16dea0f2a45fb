import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Sessions
import Waiting

/// The answer to one request for speech, as a file or as events.
struct SpeechBody: Sendable {
    let output: SpeechOutput
    let stream: SpeechForm.Stream
    /// Taken until all has been sent.
    let seat: SessionDrain.Seat
    let logger: Logger

    var response: Response {
        let body = ResponseBody { writer in
            let parts = BoundedChannel<ByteBuffer>(capacity: 8)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { parts.finish() }
                    try await send(to: parts)
                }
                for await part in parts { try await writer.write(part) }
                try await group.waitForAll()
            }
            withExtendedLifetime(seat) {}
            try await writer.finish(nil)
        }
        let type = stream == .sse ? "text/event-stream; charset=utf-8" : output.format.mediaType
        return Response(status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"], body: body)
    }

    /// Sends all parts; an error becomes the last event, or ends the connection.
    private func send(to parts: BoundedChannel<ByteBuffer>) async throws {
        do {
            try await output.send { bytes in
                await parts.send(stream == .sse ? SpeechEvents.delta(bytes) : ByteBuffer(bytes: bytes))
            }
            if stream == .sse { await parts.send(SpeechEvents.done) }
        } catch Interruption.Reason.clientGone {
            throw Interruption.Reason.clientGone
        } catch {
            let failure = APIError(speaking: error)
            if failure == nil { logger.error("Request failed", metadata: ["error": "\(error)"]) }
            guard stream == .sse else { throw error }
            await parts.send(SpeechEvents.failure(failure ?? .unforeseen))
        }
    }
}
