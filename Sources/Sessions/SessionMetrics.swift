public import CoreMetrics
import Metrics
import Transcription

/// Every metric that sessions report.
///
/// Samples are at 16 kHz. Labels come from closed sets; they never carry ids or text.
public struct SessionMetrics: Sendable {
    private let received: Counter
    private let transcribed: Counter
    private let failed: Counter
    private let discarded: [(reason: AudioLedger.DiscardReason, counter: Counter)]
    private let used: Counter
    private let unused: Counter
    private let usedDrafts: Counter
    private let unusedDrafts: Counter
    private let active: Meter
    private let duration: Timer
    public let stages: StageMetrics
    private let factory: any MetricsFactory

    public init(factory: any MetricsFactory) {
        self.factory = factory
        func samples(_ dimensions: [(String, String)]) -> Counter {
            Counter(label: "steno_audio_samples_total", dimensions: dimensions, factory: factory)
        }
        received = Counter(label: "steno_audio_received_samples_total", factory: factory)
        transcribed = samples([("outcome", "transcribed")])
        failed = samples([("outcome", "failed")])
        discarded = AudioLedger.DiscardReason.allCases.map { reason in
            (reason, samples([("outcome", "discarded"), ("reason", reason.rawValue)]))
        }

        func outcome(_ outcome: String, of label: String) -> Counter {
            Counter(label: label, dimensions: [("outcome", outcome)], factory: factory)
        }
        let (speculations, drafts) = ("steno_speculations_total", "steno_drafts_total")
        (used, unused) = (outcome("used", of: speculations), outcome("discarded", of: speculations))
        (usedDrafts, unusedDrafts) = (outcome("used", of: drafts), outcome("discarded", of: drafts))
        stages = StageMetrics(factory: factory)
        active = Meter(label: "steno_sessions_active", factory: factory)
        duration = Timer(
            label: "steno_transcription_duration_seconds",
            preferredDisplayUnit: .seconds,
            factory: factory
        )
    }

    /// Counts a session that begins.
    public func begin() { active.increment() }

    /// Counts a session that ends.
    public func end() { active.decrement() }

    /// Counts what has been booked between two states of a ledger.
    func count(from old: AudioLedger, to new: AudioLedger) {
        Self.add(new.received - old.received, to: received)
        // While nobody speaks, and while somebody does, nothing else changes.
        guard new.open != old.open + new.received - old.received else { return }
        Self.add(new.transcribed - old.transcribed, to: transcribed)
        Self.add(new.failedCount - old.failedCount, to: failed)
        for (reason, counter) in discarded { Self.add(new.count(of: reason) - old.count(of: reason), to: counter) }
    }

    /// Counts what became of speculations between two times.
    func count(from old: SessionCore.Speculations, to new: SessionCore.Speculations) {
        Self.add(new.used - old.used, to: used)
        Self.add(new.discarded - old.discarded, to: unused)
    }

    /// Counts what became of answers that were begun in a pause, between two times.
    func count(fromDrafts old: SessionCore.Speculations, to new: SessionCore.Speculations) {
        Self.add(new.used - old.used, to: usedDrafts)
        Self.add(new.discarded - old.discarded, to: unusedDrafts)
    }

    private static func add(_ samples: Int, to counter: Counter) {
        if samples > 0 { counter.increment(by: samples) }
    }

    /// Counts an utterance that got its transcript, or failed, after `time`.
    func count(_ outcome: Result<Transcript, TranscriptionError>, after time: Duration) {
        duration.record(duration: time)
        switch outcome {
        case .success(let transcript):
            increment("steno_utterances_total", dimensions: [("outcome", "transcribed")])
            guard let rejection = transcript.rejection else { return }
            increment("steno_transcripts_rejected_total", dimensions: [("reason", rejection.rawValue)])
        case .failure(let error):
            increment("steno_utterances_total", dimensions: [("outcome", "failed"), ("code", error.code)])
        }
    }

    private func increment(_ label: String, dimensions: [(String, String)]) {
        Counter(label: label, dimensions: dimensions, factory: factory).increment()
    }
}
