import Logging

/// An engine whose inventions do not get through.
public struct GuardedTranscriber: Transcriber {
    private let engine: any Transcriber
    private let mode: GuardMode
    private let rules: TranscriptGuard

    public init(_ engine: any Transcriber, mode: GuardMode, rules: TranscriptGuard = TranscriptGuard()) {
        self.engine = engine
        self.mode = mode
        self.rules = rules
    }

    public var waiting: Int { engine.waiting }

    public func capabilities(model: String?) -> EngineCapabilities { engine.capabilities(model: model) }

    public func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        var transcript = try await engine.transcribe(request)
        guard mode != .off, let rejection = rules.verdict(on: transcript, of: request) else { return transcript }

        Logger.current.debug("Transcript rejected", metadata: ["steno.rejection": "\(rejection.rawValue)"])
        switch mode {
        case .drop: return Transcript(rejected: rejection)
        case .mark: transcript.rejection = rejection
        case .off: break
        }
        return transcript
    }
}
