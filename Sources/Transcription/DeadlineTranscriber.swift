import Audio
import Logging

/// An engine whose utterances have one deadline, from their end to their transcript.
///
/// It counts whatever happens in between: the wait for the engine to load, for a turn, and every piece of a long
/// utterance. Without it the last of many utterances for a backend that hangs would wait for all of them. `Logger.current`
/// gets a warning for each utterance that is given up.
public struct DeadlineTranscriber: Transcriber {
    private let engine: any Transcriber
    private let limit: Duration
    private let clock: any Clock<Duration>

    /// - Parameter limit: For an utterance of at most 28 s; a longer one has as much time more as it lasts.
    public init(_ engine: any Transcriber, limit: Duration, clock: any Clock<Duration> = ContinuousClock()) {
        self.engine = engine
        self.limit = limit
        self.clock = clock
    }

    public var waiting: Int { engine.waiting }

    public func capabilities(model: String?) -> EngineCapabilities { engine.capabilities(model: model) }

    /// - Throws: `TranscriptionError.expired` when the time is up, and what the engine throws.
    public func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        let engine = engine
        do {
            return try await withDeadline(limit(for: request), clock: clock) { () async throws(TranscriptionError) in
                try await engine.transcribe(request)
            }
        } catch {
            if case .expired = error {
                let metadata: Logger.Metadata = ["steno.error.code": "\(error.code)"]
                Logger.current.warning("Utterance given up at its deadline", metadata: metadata)
            }
            throw error
        }
    }

    private func limit(for request: TranscriptionRequest) -> Duration {
        guard request.samples.count > PiecewiseTranscriber.longest else { return limit }
        return limit + .seconds(1) * request.samples.count / SampleClock.rate
    }
}
