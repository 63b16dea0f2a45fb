import Backends
import HTTPTypes
import Hummingbird
import JSON
import Spool
import Transcription

/// What orchestrators ask: alive, ready.
struct StatusRoutes: Sendable {
    let engines: Engines
    /// Of servers that do something else than transcribe.
    let others: [BackendGroup]
    let drain: SessionDrain
    /// What keeps utterances that no engine can serve, where anything does.
    let spool: Spool?

    func add(to router: Router<ServerContext>) {
        router.get("health") { _, _ in Self.status(.ok, word: "ok") }
        router.get("ready") { _, _ in ready() }
    }

    private func ready() -> Response {
        if drain.isDraining { return Self.status(.serviceUnavailable, word: "draining") }
        let readiness = Readiness(
            engine: engines.main.state,
            backends: engines.pool?.report,
            fallbackState: engines.fallback?.state,
            others: others.map { ($0.kind, $0.pool.report) },
            spooled: spool?.waiting
        )
        switch readiness {
        case .ready: return Self.status(.ok, word: "ready")
        case .degraded(let reasons):
            let body: JSONValue = ["status": "degraded", "reasons": .array(reasons.map { .string($0) })]
            return .json(.ok, body.text)
        case .unavailable(let word): return Self.status(.serviceUnavailable, word: word)
        }
    }

    private static func status(_ status: HTTPResponse.Status, word: String) -> Response {
        .json(status, #"{"status":"\#(word)"}"#.utf8)
    }

    static func text(_ body: String, type: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
