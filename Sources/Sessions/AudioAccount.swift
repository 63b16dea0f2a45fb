import CoreMetrics
import Synchronization

/// A session's ledger, shared by the task that cuts utterances and those that transcribe them.
final class AudioAccount: Sendable {
    private let ledger = Mutex(AudioLedger())
    private let metrics: SessionMetrics

    init(metrics: SessionMetrics) { self.metrics = metrics }

    var snapshot: AudioLedger { ledger.withLock { $0 } }

    func receive(_ samples: Int) {
        ledger.withLock { $0.receive(samples) }
        metrics.received.increment(by: samples)
    }

    func transcribe(_ samples: Int) {
        ledger.withLock { $0.transcribe(samples) }
        metrics.transcribed.increment(by: samples)
    }

    func discard(_ samples: Int, _ reason: AudioLedger.DiscardReason) {
        ledger.withLock { $0.discard(samples, reason) }
        metrics.discarded[reason]?.increment(by: samples)
    }

    func fail(_ samples: Int, code: String) {
        ledger.withLock { $0.fail(samples, code: code) }
        metrics.failed.increment(by: samples)
    }
}
