import Audio
import Dialects
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Spool

/// `GET /v1/sessions/{id}/transcripts`: what has become of a session's utterances, also after the session has gone.
struct KeptTranscriptRoutes: Sendable {
    private static let limits = 1...1_000

    let spool: Spool?

    func add(to router: Router<ServerContext>) {
        router.get("/v1/sessions/:session/transcripts", use: list)
    }

    private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        guard let spool else { throw APIError.noSpool }

        let limit = try Self.limit(of: request)
        let (id, after) = (context.pathValue("session"), request.queryValue("after"))
        let kept: KeptTranscripts?
        do throws(SpoolError) {
            kept = try await spool.transcripts(of: id, owner: context.client.name, after: after, limit: limit)
        } catch {
            context.logger.error("The spool cannot be read", metadata: ["steno.error": "\(error)"])
            throw APIError.spoolUnreadable
        }

        guard let kept else { throw APIError.unknownSession }
        return .json(.ok, kept.json.text)
    }

    private static func limit(of request: Request) throws(APIError) -> Int {
        guard let text = request.queryValue("limit") else { return limits.upperBound }
        guard let limit = Int(text), limits.contains(limit) else {
            let range = "a whole number from \(limits.lowerBound) to \(limits.upperBound)"
            throw APIError(.badRequest, "'limit' must be \(range).", code: "invalid_value", param: "limit")
        }
        return limit
    }
}

extension KeptTranscripts {
    fileprivate var json: JSONValue {
        [
            "object": "list", "data": .array(list.map(\.json)), "waiting": .integer(waiting),
            "has_more": .bool(hasMore),
        ]
    }
}

extension KeptTranscript {
    fileprivate var json: JSONValue {
        var fields: [String: JSONValue] = [
            "item_id": .string(item), "start_ms": Self.milliseconds(range.lowerBound),
            "end_ms": Self.milliseconds(range.upperBound),
        ]
        switch outcome {
        case .waiting: fields["status"] = "waiting"
        case .transcribed(let text, let language, let engine):
            fields["status"] = "transcribed"
            fields["transcript"] = .string(text)
            fields["language"] = language.map { .string($0) }
            fields["engine"] = engine.map { .string($0) }
        case .failed(let code, let message):
            fields["status"] = "failed"
            fields["error"] = ["code": .string(code), "message": .string(message)]
        }
        return .object(fields)
    }

    private static func milliseconds(_ position: SamplePosition) -> JSONValue {
        .integer(Int(SampleClock.milliseconds(at: position)))
    }
}

extension APIError {
    fileprivate static let noSpool = APIError(
        .notFound,
        "This server keeps no transcripts. Set SPOOL_DIR to a folder to have them kept.",
        code: "spool_off"
    )

    fileprivate static let unknownSession = APIError(
        .notFound,
        "Nothing is kept of such a session: it had no utterance, ended too long ago, or belongs to another key or server.",
        code: "session_not_found",
        param: "session"
    )

    fileprivate static let spoolUnreadable = APIError(
        .internalServerError,
        "The server could not read its spool; its log says why.",
        code: "storage_failed"
    )
}
