import Chat
import Dialects
import Foundation
import Hummingbird
import JSON
import Limits
import Sessions
import WebSocketTransport

/// `POST /v1/chat/completions`: the language model of this server for its clients' own requests; and the routes that
/// were there before chats, as translations.
struct CompletionRoutes: Sendable {
    /// `nil` where the operator has set up none.
    let model: (any LanguageModel)?
    let drain: SessionDrain
    let memory: MemoryBudget
    /// Read bodies and write answers, which for megabytes takes longer than others should wait.
    let threads: WorkThreads

    private static let prefixes = ["/v1", "/openai/v1", ""]

    /// Bytes of a body: as many as a long conversation with a picture has.
    private static let maximumBody = 4 << 20

    func add(to router: Router<ServerContext>) {
        for prefix in Self.prefixes {
            router.post(RouterPath(prefix + "/chat/completions")) { request, context in
                try await answer(request, context: context, make: chat)
            }
            for path in ["/completions", "/engines/:engine/completions"] {
                router.post(RouterPath(prefix + path)) { request, context in
                    let engine = context.parameters.get("engine")?.removingPercentEncoding
                    return try await answer(request, context: context) {
                        try await completion($0, body: $1, engine: engine)
                    }
                }
            }
        }
    }

    private func answer(
        _ request: Request,
        context: ServerContext,
        make: @escaping @Sendable (any LanguageModel, [UInt8]) async throws -> ChatAnswer
    ) async throws -> Response {
        let interruption = Interruption()
        do {
            guard let model else { throw ChatError.notConfigured }
            let controls = SessionDrain.Controls(
                endInput: {},
                disconnect: { interruption.interrupt(.serverStopping) }
            )
            let seat = try drain.enter(controls)
            let share = memory.makeShare()
            let body = try await request.body(maximum: Self.maximumBody, on: context.channel, holding: share)
            try await context.channel.notifyPeerClose { interruption.interrupt(.clientGone) }
            let answer = try await interruption.run { [threads] in
                try await withTaskExecutorPreference(threads) { try await make(model, body) }
            }
            withExtendedLifetime(share) {}
            return ChatBody(answer: answer, interruption: interruption, seat: seat, logger: context.logger).response
        } catch {
            throw APIError(completing: error) ?? error
        }
    }

    private func chat(_ model: any LanguageModel, _ body: [UInt8]) async throws -> ChatAnswer {
        do {
            return try await model.answer(to: try ForwardedRequest(body))
        } catch let error as JSONError {
            throw ClientError(.invalidJSON, "The body cannot be read: \(error). Send a JSON object.")
        }
    }

    private func completion(_ model: any LanguageModel, body: [UInt8], engine: String?) async throws -> ChatAnswer {
        let request = try CompletionRequest(try JSONFields(body: body), engine: engine)
        return try await CompletionAnswer(chat: try await model.answer(to: request.chat)).answer()
    }
}
