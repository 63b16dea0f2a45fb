import HTTPTransfer
import Logging
import Settings
import Transcription

/// Makes the engine that was chosen, and says which one it is.
struct EngineFactory {
    let choice: EngineChoice
    /// How long an utterance waits for an engine that still loads.
    let loadTimeout: Duration
    let transport: HTTPTransport
    let logger: Logger

    func make() -> LoadingTranscriber {
        explainChoice()
        return LoadingTranscriber(
            timeout: loadTimeout,
            expected: choice.capabilities,
            logger: logger,
            load: load
        )
    }

    private var load: @Sendable () async throws -> any Transcriber {
        switch choice.engine {
        case .whisperHTTP(let configuration):
            logger.notice(
                "Transcribing with a Whisper-compatible server, which gets the audio of every utterance",
                metadata: [
                    "steno.backend.host": "\(configuration.host)",
                    "steno.engine.model": "\(configuration.model ?? "the client's choice")",
                ]
            )
            return { [transport] in try WhisperHTTPTranscriber(configuration: configuration, transport: transport) }
        case .sherpa(let sherpa):
            logger.notice(
                "Transcribing on this machine with sherpa-onnx",
                metadata: ["steno.engine.model": "\(sherpa.name)", "steno.engine.threads": "\(sherpa.threads)"]
            )
            return { [logger] in
                let folder = try await ModelFetch(installation: sherpa, logger: logger).folder()
                let model = try SherpaModel(folder: folder)
                return try await SherpaTranscriber.load(
                    model,
                    library: sherpa.library,
                    threads: sherpa.threads,
                    logger: logger
                )
            }
        case .pocketSphinx(let model, let threads):
            logger.notice(
                """
                Transcribing on this machine with PocketSphinx, which is of modest accuracy and English only. \
                For better text run ./entrypoint.sh setup, or set OPENAI_BASE_URL to a Whisper-compatible server.
                """,
                metadata: ["steno.engine.threads": "\(threads)"]
            )
            return { [logger] in try await PocketSphinxTranscriber.load(model, threads: threads, logger: logger) }
        }
    }

    /// Tells the operator when a better engine was meant to be there and is not, or a key goes unused.
    private func explainChoice() {
        if let reason = choice.fallbackReason {
            logger.warning(
                "The neural engine is not there; set TRANSCRIBER=pocketsphinx to do without it",
                metadata: ["steno.engine.reason": "\(reason)"]
            )
        }
        if choice.hasUnusedKey {
            logger.notice(
                """
                OPENAI_API_KEY alone sends no speech away. Set TRANSCRIBER=whisper-http to transcribe with OpenAI, or \
                OPENAI_BASE_URL for another server.
                """
            )
        }
    }
}
