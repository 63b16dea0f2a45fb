import Chat
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Sessions
import Waiting

/// Sends an answer of the language model to a client while it comes.
struct ChatBody: Sendable {
    let answer: ChatAnswer
    let interruption: Interruption
    /// Taken until all has been sent.
    let seat: SessionDrain.Seat
    let logger: Logger

    var response: Response {
        let body = ResponseBody { writer in
            let pieces = BoundedChannel<ByteBuffer>(capacity: 4)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { pieces.finish() }
                    try await send(to: pieces)
                }
                for await piece in pieces { try await writer.write(piece) }
                try await group.waitForAll()
            }
            withExtendedLifetime(seat) {}
            try await writer.finish(nil)
        }
        let headers: HTTPFields = [.contentType: answer.contentType, .cacheControl: "no-cache"]
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Sends all pieces; an error becomes the last event, or ends the connection.
    private func send(to pieces: BoundedChannel<ByteBuffer>) async throws {
        do {
            try await interruption.run {
                while let piece = try await answer.next() {
                    guard await pieces.send(ByteBuffer(bytes: piece)) else { return }
                }
            }
        } catch Interruption.Reason.clientGone {
            throw Interruption.Reason.clientGone
        } catch {
            let failure = APIError(completing: error)
            if failure == nil { logger.error("Request failed", metadata: ["error": "\(error)"]) }
            guard answer.isStreamed else { throw error }
            await pieces.send(SpeechEvents.failure(failure ?? .unforeseen))
        }
    }
}
