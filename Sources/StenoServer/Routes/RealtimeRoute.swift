import Audio
import Dialects
import HTTPTypes
import Hummingbird
import Sessions
import WebSocketTransport

/// OpenAI's Realtime protocol on `/v1/realtime`, and where else its clients look for it.
struct RealtimeRoute {
    let host: SessionHost
    let configuration: WebSocketConfiguration

    private static let subprotocol = "realtime"

    func add(to router: Router<ServerContext>) {
        for path in ["v1/realtime", "realtime", "openai/v1/realtime"] {
            router.get(RouterPath(path)) { request, context in try await open(request, context) }
        }
    }

    private func open(_ request: Request, _ context: ServerContext) async throws -> Response {
        try host.checkAdmission()
        let query = request.uri.queryParameters.map { (name: String($0.key), value: String($0.value)) }
        let offered = Self.list(request.headers[values: .secWebSocketProtocol])
        let settings = settings(query)
        let dialect = OpenAIRealtimeDialect(shape: Self.shape(request, offered, query))
        @Sendable func converse(
            _ inbound: inout WebSocketInbound,
            _ outbound: WebSocketOutbound
        ) async throws -> WebSocketClose {
            try await host.serve(&inbound, outbound, dialect: dialect, settings: settings, logger: context.logger)
        }
        return try await Response.webSocket(
            for: request,
            context: context,
            configuration: configuration,
            // A client that offers none must not be answered with one, and a browser that does wants its answer.
            subprotocol: offered.contains(Self.subprotocol) ? Self.subprotocol : nil,
            handler: converse
        )
    }

    /// What a session of this protocol starts with.
    private func settings(_ query: [(name: String, value: String)]) -> SessionSettings {
        var settings = host.settings
        settings.inputFormat = .pcm16(rate: 24_000)
        settings.includesAudio = false
        settings.rememberedItems = 100
        // Clients that commit themselves expect one item for it. Ten minutes make the largest file that backends take.
        settings.maximumCommit = SampleClock.samples(milliseconds: 600_000)
        settings.apply(OpenAIRealtimeDialect.update(query: query))
        return settings
    }

    private static func shape(
        _ request: Request,
        _ offered: [String],
        _ query: [(name: String, value: String)]
    ) -> OpenAIRealtimeDialect.Shape {
        let wanted = HTTPField.Name("OpenAI-Beta").map { list(request.headers[values: $0]) } ?? []
        guard wanted.contains("realtime=v1") || offered.contains("openai-beta.realtime-v1") else { return .ga }
        return .beta(isTranscription: query.contains { $0 == (name: "intent", value: "transcription") })
    }

    /// The entries of a header that is a list of tokens.
    private static func list(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",") }.map { $0.filter { !$0.isWhitespace } }
    }
}
