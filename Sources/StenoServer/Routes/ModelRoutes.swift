import Foundation
import HTTPTypes
import Hummingbird

/// `GET /v1/models` and `GET /v1/models/{id}`: the engine, as OpenAI's clients look for models.
struct ModelRoutes: Sendable {
    /// OpenAI's names for transcription models, which mean the engine here.
    static let foreign = [
        "whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe", "gpt-live-transcribe",
        "gpt-realtime-whisper",
    ]
    private static let prefixes = ["/v1/models", "/openai/v1/models", "/models"]

    /// The engine's own models, at least one; the first choice first.
    let models: [String]
    /// Seconds since 1970; when the server started.
    let created: Int

    func add(to router: Router<ServerContext>) {
        for prefix in Self.prefixes {
            router.get(RouterPath(prefix)) { _, _ in try Self.answer(List(data: models.map(entry))) }
            router.get(RouterPath(prefix + "/**")) { request, _ in
                try Self.answer(try entry(path: request.uri.path.dropFirst(prefix.utf8.count + 1)))
            }
        }
    }

    /// - Parameter path: What follows the collection's path; an id may hold slashes, percent-encoded or not.
    private func entry(path: Substring) throws(APIError) -> Entry {
        let id = path.removingPercentEncoding ?? String(path)
        // A dated snapshot of a model is the model: gpt-4o-mini-transcribe-2025-12-15.
        let isForeign = Self.foreign.contains { id == $0 || id.hasPrefix($0 + "-20") }
        guard models.contains(id) || isForeign else {
            let own = models.map { "'\($0)'" }.joined(separator: ", ")
            let message = "There is no model '\(id.prefix(200))' here. The engine's own: \(own)."
            throw APIError(.notFound, message, code: "model_not_found", param: "model")
        }
        return entry(id)
    }

    private func entry(_ id: String) -> Entry { Entry(id: id, created: created) }

    private static func answer(_ value: some Encodable) throws -> Response {
        .json(.ok, try TranscriptRendering.encode(value).utf8)
    }

    private struct List: Encodable {
        let object = "list"
        var data: [Entry]

        enum CodingKeys: String, CodingKey {
            case object, data
        }
    }

    private struct Entry: Encodable {
        var id: String
        let object = "model"
        var created: Int
        let owner = "steno"

        enum CodingKeys: String, CodingKey {
            case id, object, created
            case owner = "owned_by"
        }
    }
}
