import Audio
import Dialects
import HTTPTypes
import Hummingbird
import Sessions
import WebSocketTransport

/// OpenAI's Realtime protocol on `/v1/realtime`, and where else its clients look for it.
struct RealtimeRoute {
    let host: SessionHost

    func add(to router: Router<ServerContext>) {
        for path in RealtimePath.sockets {
            router.get(RouterPath(path.joined(separator: "/"))) { request, context in
                try await open(request, context)
            }
        }
    }

    private func open(_ request: Request, _ context: ServerContext) async throws -> Response {
        let query = request.query
        var settings = start
        if let update = context.client.sessionUpdate { settings.apply(update) }
        do throws(ClientError) {
            settings.apply(try OpenAIRealtimeDialect.update(query: query))
        } catch {
            throw APIError(error)
        }
        let shape = Self.shape(request.head, query)
        let dialect = OpenAIRealtimeDialect(shape: shape, maximumPrompt: settings.maximumPrompt)
        return try await host.open(request, context, dialect: dialect, settings: settings)
    }

    /// What a session of this protocol starts with.
    private var start: SessionSettings {
        var settings = host.settings
        settings.inputFormat = .pcm16(rate: 24_000)
        settings.includesAudio = false
        settings.rememberedItems = 100
        // openai-agents takes what is acknowledged after a commit for proof that no error is to come.
        settings.refusesCommitsAtOnce = true
        // Clients that commit themselves expect one item for it. Ten minutes make the largest file that backends take.
        settings.maximumCommit = SampleClock.samples(milliseconds: 600_000)
        return settings
    }

    /// How the routes that make client secrets read and write sessions.
    var sessionFormat: RealtimeSessionFormat {
        RealtimeSessionFormat { [start] session, isBeta throws(ClientError) in
            let shape: OpenAIRealtimeDialect.Shape = isBeta ? .beta(isTranscription: true) : .ga
            let dialect = OpenAIRealtimeDialect(shape: shape, maximumPrompt: start.maximumPrompt)
            let update = try dialect.update(session: session)
            var settings = start
            settings.apply(update)
            return (update, dialect.session(settings))
        }
    }

    private static func shape(
        _ request: HTTPRequest,
        _ query: [(name: String, value: String)]
    ) -> OpenAIRealtimeDialect.Shape {
        let header = HTTPField.Name("OpenAI-Beta").map { request.headerFields[values: $0] } ?? []
        let isBeta =
            header.contains { $0.contains("realtime=v1") }
            || request.offeredSubprotocols.contains("openai-beta.realtime-v1")
        guard isBeta else { return .ga }
        return .beta(isTranscription: query.contains { $0 == (name: "intent", value: "transcription") })
    }
}
