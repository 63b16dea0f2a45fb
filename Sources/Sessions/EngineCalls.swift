public import Limits
public import Transcription

/// Asks an engine what sessions want to know, and counts what comes of it.
public struct EngineCalls: Sendable {
    private let transcriber: any Transcriber
    private let metrics: SessionMetrics
    private let memory: MemoryBudget

    /// - Parameter memory: What the samples of long utterances count against while the engine has them.
    public init(_ transcriber: any Transcriber, metrics: SessionMetrics, memory: MemoryBudget) {
        self.transcriber = transcriber
        self.metrics = metrics
        self.memory = memory
    }

    /// What the engine can do with the model that a session asks for.
    public func capabilities(model: String?) -> EngineCapabilities { transcriber.capabilities(model: model) }

    /// Counts the outcome of an utterance that no call of ``result(of:for:isKept:)`` has counted: its transcript was
    /// there before its end, or was delayed.
    public func count(_ outcome: Result<Transcript, TranscriptionError>, after time: Duration) {
        metrics.count(outcome, after: time)
    }

    /// What the engine says to a request.
    ///
    /// - Parameter isKept: Whether a failure that may pass is not the end of it, and not counted as such.
    public func result(
        of request: TranscriptionRequest,
        for purpose: SessionCore.Purpose,
        isKept: Bool = false
    ) async -> Result<Transcript, TranscriptionError> {
        let start = ContinuousClock.now

        // The session's buffer lets these samples go.
        let share = memory.makeShare()
        share.add(BufferShare.bytes(of: request.samples.count))
        defer { share.clear() }
        let outcome: Result<Transcript, TranscriptionError>
        do throws(TranscriptionError) {
            outcome = .success(try await transcriber.transcribe(request))
        } catch {
            outcome = .failure(error)
        }

        if case .failure(let error) = outcome, isKept, error.mayPass { return outcome }
        if purpose == .utterance { metrics.count(outcome, after: .now - start) }
        return outcome
    }
}
