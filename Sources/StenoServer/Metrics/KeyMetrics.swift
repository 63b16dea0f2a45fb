import CoreMetrics
import Metrics

/// What is told of the limits of keys; names of keys are those that the operator gave them.
struct KeyMetrics: Sendable {
    let factory: any MetricsFactory

    func count(_ key: String?, _ limit: KeyAccount.Limit) {
        let dimensions = [("key", key ?? ""), ("limit", limit.rawValue)]
        Counter(label: "steno_key_refusals_total", dimensions: dimensions, factory: factory).increment()
    }
}
