import HTTPTransfer
import Logging
import Transcription

/// Makes the engine that the settings ask for, and says which one it is.
struct EngineFactory {
    let settings: EngineSettings
    let transport: HTTPTransport
    let logger: Logger

    func make() -> LoadingTranscriber {
        LoadingTranscriber(timeout: settings.loadTimeout, logger: logger, load: load)
    }

    private var load: @Sendable () async throws -> any Transcriber {
        switch settings.engine {
        case .whisperHTTP(let configuration):
            logger.notice(
                "Transcribing with a Whisper-compatible server",
                metadata: [
                    "steno.backend.host": "\(configuration.host)",
                    "steno.engine.model": "\(configuration.model ?? "the client's choice")",
                ]
            )
            return { [transport] in try WhisperHTTPTranscriber(configuration: configuration, transport: transport) }
        case .pocketSphinx(let model, let threads):
            logger.notice(
                """
                Transcribing with PocketSphinx, which is built in but of modest accuracy and English only. \
                For better text set OPENAI_BASE_URL to a Whisper-compatible server, or OPENAI_API_KEY.
                """,
                metadata: ["steno.engine.threads": "\(threads)"]
            )
            return { [logger] in try await PocketSphinxTranscriber.load(model, threads: threads, logger: logger) }
        }
    }
}
