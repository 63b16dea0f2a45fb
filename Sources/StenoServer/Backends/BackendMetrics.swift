import Backends
import CoreMetrics
import Logging
import Metrics

/// Counts what became of each backend's requests.
struct BackendMetrics: Sendable {
    let kind: BackendGroup.Kind
    let names: [String]
    let factory: any MetricsFactory

    func count(_ member: Int, _ outcome: String, _ time: Duration) {
        let backend = [("backend", names[member]), ("kind", kind.rawValue)]
        Counter(label: "steno_backend_requests_total", dimensions: backend + [("outcome", outcome)], factory: factory)
            .increment()
        Timer(
            label: "steno_backend_request_duration_seconds",
            dimensions: backend,
            preferredDisplayUnit: .seconds,
            factory: factory
        ).record(duration: time)
    }
}

extension StreamPool {
    /// A pool whose attempts are counted as those of backends of a kind.
    ///
    /// - Parameter unit: Up to so much work, requests are of one kind, in the unit of their sizes.
    convenience init(
        _ members: [MemberTerms],
        unit: Int,
        countedAs kind: BackendGroup.Kind,
        in factory: any MetricsFactory,
        logger: Logger
    ) {
        let counts = BackendMetrics(kind: kind, names: members.map(\.name), factory: factory)
        self.init(members, unit: unit, logger: logger) { counts.count($0, $1, $2) }
    }
}

extension PrometheusRegistry {
    /// Lists how the backends of a kind are.
    func observe(_ group: BackendGroup) {
        let (pool, kind) = (group.pool, ("kind", group.kind.rawValue))
        observe("steno_backend_queue_length", .gauge, dimensions: [kind]) { Double(pool.waiting) }
        for (index, member) in pool.report.enumerated() {
            let backend = [("backend", member.terms.name), kind]
            func add(
                _ metric: String,
                _ type: Kind,
                _ value: @escaping @Sendable (BackendPool.Report) -> Int
            ) {
                observe(metric, type, dimensions: backend) { Double(value(pool.report[index])) }
            }
            for state in Breaker.State.allCases {
                observe("steno_backend_state", .gauge, dimensions: backend + [("state", state.rawValue)]) {
                    pool.report[index].state == state ? 1 : 0
                }
            }
            add("steno_backend_in_flight", .gauge) { $0.inFlight }
            add("steno_backend_limit", .gauge) { $0.limit }
            add("steno_backend_retries_total", .counter) { $0.tally.retries }
            add("steno_backend_hedges_total", .counter) { $0.tally.hedges }
            add("steno_backend_probes_total", .counter) { $0.tally.probes }
            add("steno_backend_ejections_total", .counter) { $0.tally.ejections }
        }
    }
}
