import CoreMetrics
import Metrics

/// What is told of sessions that wait for a client.
struct ResumeMetrics: Sendable {
    let waiting: Meter
    let resumed: Counter
    let expired: Counter

    init(factory: any MetricsFactory) {
        waiting = Meter(label: "steno_sessions_waiting", factory: factory)
        resumed = Counter(label: "steno_sessions_resumed_total", factory: factory)
        expired = Counter(label: "steno_sessions_expired_total", factory: factory)
    }
}
