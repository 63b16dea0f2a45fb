import HTTPTypes
import Hummingbird
import Transcription

/// What orchestrators ask: alive, ready.
struct StatusRoutes: Sendable {
    let engine: LoadingTranscriber
    let drain: SessionDrain

    func add(to router: Router<ServerContext>) {
        router.get("health") { _, _ in Self.status(.ok, "ok") }
        router.get("ready") { _, _ in ready() }
    }

    private func ready() -> Response {
        if drain.isDraining { return Self.status(.serviceUnavailable, "draining") }
        return switch engine.state {
        case .ready: Self.status(.ok, "ready")
        case .loading: Self.status(.serviceUnavailable, "loading")
        case .failed: Self.status(.serviceUnavailable, "failed")
        }
    }

    private static func status(_ status: HTTPResponse.Status, _ word: String) -> Response {
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
