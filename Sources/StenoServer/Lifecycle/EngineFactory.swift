import Backends
import CoreMetrics
import HTTPTransfer
import Logging
import Settings
import Transcription

/// Makes the engine that was chosen, and says which one it is.
struct EngineFactory {
    let choice: EngineChoice
    /// How long an utterance waits for an engine that still loads.
    let loadTimeout: Duration
    /// The longest that an utterance may take, waiting included.
    let deadline: Duration
    let hedges: Bool
    let transport: HTTPTransport
    let metrics: any MetricsFactory
    let logger: Logger

    /// - Throws: `WhisperHTTPConfigurationError` for a server that cannot be used as configured.
    func make() throws -> Engines {
        explainChoice()
        switch choice.engine {
        case .whisperHTTP(let list, let fallback): return try pool(list, fallback: fallback)
        case .sherpa(let sherpa):
            logger.notice(
                "Transcribing on this machine with sherpa-onnx",
                metadata: ["steno.engine.model": "\(sherpa.name)", "steno.engine.threads": "\(sherpa.threads)"]
            )
            return Engines(main: loading(choice.capabilities, load: load(sherpa)))
        case .pocketSphinx(let model, let threads):
            logger.notice(
                """
                Transcribing on this machine with PocketSphinx, which is of modest accuracy and English only. \
                For better text run ./entrypoint.sh setup, or set OPENAI_BASE_URL to a Whisper-compatible server.
                """,
                metadata: ["steno.engine.threads": "\(threads)"]
            )
            let load = { @Sendable [logger] in
                try await PocketSphinxTranscriber.load(model, threads: threads, logger: logger)
            }
            return Engines(main: loading(choice.capabilities, load: load))
        }
    }

    private func loading(
        _ expected: EngineCapabilities,
        load: @escaping @Sendable () async throws -> any Transcriber
    ) -> LoadingTranscriber {
        LoadingTranscriber(timeout: loadTimeout, expected: expected, logger: logger, load: load)
    }

    private func load(_ sherpa: SherpaInstallation) -> @Sendable () async throws -> any Transcriber {
        { [logger] in
            let folder = try await ModelFetch(installation: sherpa, logger: logger).folder()
            let model = try SherpaModel(folder: folder)
            return try await SherpaTranscriber.load(
                model,
                library: sherpa.library,
                threads: sherpa.threads,
                logger: logger
            )
        }
    }

    /// The servers as one engine, with the embedded engine as its last tier.
    private func pool(_ list: BackendList, fallback: SherpaInstallation?) throws -> Engines {
        var members = try list.members.map { member in
            PooledTranscriber.Member(
                try WhisperHTTPTranscriber(configuration: member.configuration, transport: transport),
                terms: member.terms,
                model: member.model
            )
        }
        logger.notice(
            "Transcribing with Whisper-compatible servers, which get the audio of every utterance",
            metadata: [
                "steno.backend.hosts": "\(list.members.map(\.terms.name).joined(separator: ", "))",
                "steno.engine.model": "\(list.members[0].configuration.model ?? "the client's choice")",
            ]
        )
        var embedded: LoadingTranscriber?
        if let fallback {
            let engine = loading(EngineCapabilities(), load: load(fallback))
            let tier = (list.members.map(\.terms.tier).max() ?? 0) + 1
            let terms = MemberTerms(name: "embedded", concurrency: 2 * fallback.threads, tier: tier, adapts: false)
            members.append(.init(engine, terms: terms, model: fallback.name))
            embedded = engine
            logger.notice(
                "When none of them can, the embedded engine transcribes; FALLBACK=none switches that off",
                metadata: ["steno.engine.fallback": "\(fallback.name)"]
            )
        } else {
            logger.notice("When none of them can, utterances fail: no embedded engine stands by (FALLBACK)")
        }

        var rules = BackendPool.Rules()
        rules.hedges = hedges
        let counts = BackendMetrics(kind: .transcription, names: members.map(\.terms.name), factory: metrics)
        let pool = PooledTranscriber(members, rules: rules, patience: deadline, logger: logger) {
            counts.count($0, $1, $2)
        }
        return Engines(main: loading(choice.capabilities) { pool }, pool: pool, fallback: embedded)
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
