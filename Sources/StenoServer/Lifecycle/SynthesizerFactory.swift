import Backends
import CoreMetrics
import HTTPTransfer
import Logging
import Settings
import SpeechSynthesis

/// Makes the speech engine that was chosen, and says which one it is.
struct SynthesizerFactory {
    let choice: SynthesizerChoice
    let transport: HTTPTransport
    let metrics: any MetricsFactory
    let logger: Logger

    /// The engine, or `nil` where there is to be none.
    func make() async throws -> (any Synthesizer)? {
        explainChoice()
        switch choice.engine {
        case .flite(let voice, let names, let threads):
            logger.notice(
                """
                Speaking on this machine with flite, which sounds dated and knows English only. \
                For better voices set TTS=sherpa, or TTS_BASE_URL to a server with /audio/speech.
                """,
                metadata: ["steno.tts.threads": "\(threads)"]
            )
            return FliteSynthesizer(voice: voice, names: names, threads: threads, logger: logger)
        case .sherpa(let installation):
            logger.notice(
                "Speaking on this machine with sherpa-onnx",
                metadata: [
                    "steno.tts.model": "\(installation.model.name)", "steno.tts.threads": "\(installation.threads)",
                ]
            )
            return try await SherpaSynthesizer.load(
                installation.model,
                library: installation.library,
                voice: installation.voice,
                names: installation.names,
                threads: installation.threads,
                logger: logger
            )
        case .http(let list): return try pool(list)
        case .none: return nil
        }
    }

    private func pool(_ list: VoiceList) throws -> PooledSynthesizer {
        let terms = list.members.map(\.terms)
        logger.notice(
            "Speaking with a server, which gets the text of everything that is said",
            metadata: [
                "steno.tts.host": "\(terms.map(\.name).joined(separator: ", "))",
                "steno.tts.model": "\(list.members[0].configuration.model ?? "the client's choice")",
            ]
        )
        let engines = try list.members.map { member in
            try SpeechHTTPSynthesizer(configuration: member.configuration, transport: transport)
        }
        return PooledSynthesizer(
            engines,
            in: StreamPool(terms, unit: PooledSynthesizer.unit, countedAs: .speech, in: metrics, logger: logger)
        )
    }

    private func explainChoice() {
        guard choice.hasUnusedKey else { return }
        logger.notice(
            """
            TTS_API_KEY alone sends no text away. Set TTS=http to speak with OpenAI, or TTS_BASE_URL for another server.
            """
        )
    }
}
