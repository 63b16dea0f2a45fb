public import CoreMetrics
import Metrics
import Transcription

/// Every metric that sessions report.
///
/// Samples are at 16 kHz. Labels come from closed sets; they never carry ids or text.
public struct SessionMetrics: Sendable {
    let received: Counter
    let transcribed: Counter
    let failed: Counter
    let discarded: [AudioLedger.DiscardReason: Counter]
    let active: Meter
    private let duration: Timer
    private let factory: any MetricsFactory

    public init(factory: any MetricsFactory) {
        self.factory = factory
        func samples(_ dimensions: [(String, String)]) -> Counter {
            Counter(label: "steno_audio_samples_total", dimensions: dimensions, factory: factory)
        }
        received = Counter(label: "steno_audio_received_samples_total", factory: factory)
        transcribed = samples([("outcome", "transcribed")])
        failed = samples([("outcome", "failed")])
        discarded = Dictionary(
            uniqueKeysWithValues: AudioLedger.DiscardReason.allCases.map { reason in
                (reason, samples([("outcome", "discarded"), ("reason", reason.rawValue)]))
            }
        )
        active = Meter(label: "steno_sessions_active", factory: factory)
        duration = Timer(
            label: "steno_transcription_duration_seconds",
            preferredDisplayUnit: .seconds,
            factory: factory
        )
    }

    /// Counts a transcript that is not to be believed.
    func countRejection(_ rejection: Rejection) {
        let dimensions = [("reason", rejection.rawValue)]
        Counter(label: "steno_transcripts_rejected_total", dimensions: dimensions, factory: factory).increment()
    }

    /// Counts an utterance that got its transcript, or failed with `code`, after `time`.
    func countUtterance(failure code: String?, after time: Duration) {
        let dimensions = [("outcome", code == nil ? "transcribed" : "failed")] + (code.map { [("code", $0)] } ?? [])
        Counter(label: "steno_utterances_total", dimensions: dimensions, factory: factory).increment()
        duration.record(duration: time)
    }
}
