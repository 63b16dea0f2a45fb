import Sessions
import Synchronization

/// Measures the time until something happens for the first time.
final class FirstTime: Sendable {
    private let stage: StageMetrics.Stage
    private let stages: StageMetrics
    private let start: ContinuousClock.Instant
    private let hasHappened = Atomic(false)

    init(_ stage: StageMetrics.Stage, _ stages: StageMetrics, from start: ContinuousClock.Instant = .now) {
        (self.stage, self.stages, self.start) = (stage, stages, start)
    }

    func happened(at time: ContinuousClock.Instant = .now) {
        guard !hasHappened.exchange(true, ordering: .relaxed) else { return }
        stages.record(stage, time - start)
    }
}
