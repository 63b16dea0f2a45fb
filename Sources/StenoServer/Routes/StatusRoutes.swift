import HTTPTypes
import Hummingbird
import Transcription

/// What operators and orchestrators ask: alive, ready, metrics.
struct StatusRoutes {
    let engine: LoadingTranscriber
    let drain: SessionDrain
    let metrics: PrometheusRegistry

    func add(to router: Router<ServerContext>) {
        router.get("health") { _, _ in Self.json(.ok, #"{"status":"ok"}"#) }
        router.get("ready") { _, _ in ready() }
        router.get("metrics") { _, _ in
            let text = metrics.render() + ProcessMetrics.render()
            return Self.text(text, type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    private func ready() -> Response {
        if drain.isDraining { return Self.json(.serviceUnavailable, #"{"status":"draining"}"#) }
        return switch engine.state {
        case .ready: Self.json(.ok, #"{"status":"ready"}"#)
        case .loading: Self.json(.serviceUnavailable, #"{"status":"loading"}"#)
        case .failed: Self.json(.serviceUnavailable, #"{"status":"failed"}"#)
        }
    }

    static func json(_ status: HTTPResponse.Status, _ body: String) -> Response {
        var response = text(body, type: "application/json; charset=utf-8")
        response.status = status
        if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
        return response
    }

    static func text(_ body: String, type: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
