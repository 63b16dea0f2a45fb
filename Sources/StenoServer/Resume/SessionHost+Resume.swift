import Dialects
import HTTPTypes
import Hummingbird
import NIOCore
import Sessions
import WebSocketTransport

// How a client asks for a session that it may come back to, and how it comes back. It is the same in every protocol: the
// query of the WebSocket's address asks, and headers of the answer tell.

/// What the query of a WebSocket's address says of resuming.
struct ResumeQuery {
    /// Whether the client wants to be able to come back.
    var isAskedFor: Bool
    /// The token of the session that the client comes back to.
    var token: String?
    /// How many messages of that session the client has got.
    var received: Int

    /// Reads `resumable`, `resume` and `resume_events`.
    init(_ query: [(name: String, value: String)]) throws(APIError) {
        let values = Dictionary(query.map { ($0.name, $0.value) }) { first, _ in first }
        isAskedFor = ["true", "1"].contains(values["resumable"])
        token = values["resume"]
        let count = values["resume_events"] ?? "0"
        guard let received = Int(count), received >= 0 else {
            throw APIError(
                .badRequest,
                "resume_events must be the number of messages that were received, such as 12.",
                code: "invalid_value",
                param: "resume_events"
            )
        }

        self.received = received
    }
}

extension SessionHost {
    /// What a session is offered that asks to be resumable; `nil` where the server does not wait for clients.
    func offer(to query: ResumeQuery) -> ResumeOffer? {
        guard query.isAskedFor, resumable.window > .zero else { return nil }
        return ResumeOffer(token: Identifier.random("resume"), window: resumable.window)
    }

    /// Answers an upgrade request with a session that goes on.
    ///
    /// - Throws: `APIError` 410 when there is no such session for this client, and what `Response.webSocket` throws.
    func resume(
        _ token: String,
        after received: Int,
        _ request: Request,
        _ context: ServerContext,
        as wire: WireProtocol
    ) async throws -> Response {
        let dialect = type(of: try start(request, context, wire).dialect).name
        guard let session = resumable.find(token, owner: context.client.name, dialect: dialect),
            let state = try await session.ask({ endpoint in endpoint?.prepareReturn(after: received) })
        else { throw APIError.sessionGone }
        return try await Response.webSocket(
            for: request,
            context: context,
            configuration: configuration(for: context.client),
            budget: memory,
            subprotocol: wire.subprotocol(for: request),
            headers: HTTPFields(state.point),
            endpoint: { RelayEndpoint(session, connection: state.connection, received: received) }
        )
    }
}

extension HTTPFields {
    /// Where a session stands that goes on.
    fileprivate init(_ point: ResumePoint) {
        self.init(steno: [
            ("Accepted-Bytes", "\(point.acceptedBytes)"), ("Replayed-Events", "\(point.replayed)"),
            ("Lost-Events", "\(point.lost)"),
        ])
    }

    /// What a client has to know to come back, and to ask for its transcripts later.
    init(of settings: SessionSettings) {
        var fields: [(String, String)] = []
        if let id = settings.keptAs { fields.append(("Session-Id", id)) }
        if let offer = settings.resume {
            fields += [("Resume-Token", offer.token), ("Resume-Window", "\(offer.window.components.seconds)")]
        }
        self.init(steno: fields)
    }

    private init(steno fields: [(name: String, value: String)]) {
        self.init()
        for field in fields {
            guard let name = HTTPField.Name("Steno-" + field.name) else { continue }
            self[name] = field.value
        }
    }
}

extension APIError {
    /// The session that a client wants to come back to is not there.
    fileprivate static let sessionGone = APIError(
        .gone,
        "There is no such session to resume: it has ended, waited longer than RESUME_WINDOW_S, or belongs to another key, path or server. Begin a new one, from the audio behind the last transcript.",
        code: "session_gone",
        param: "resume"
    )
}
