public import CoreMetrics
import Synchronization

/// Keeps every metric of the process and writes them in Prometheus' text format.
///
/// Source: "Exposition formats", prometheus.io, text format 0.0.4. A recorder or timer becomes a histogram in seconds.
public final class PrometheusRegistry: MetricsFactory {
    /// One metric with one set of labels.
    private struct Key: Hashable {
        var name: String
        var labels: String
    }

    fileprivate enum Metric {
        case counter(PrometheusCounter)
        case gauge(PrometheusGauge)
        case histogram(PrometheusHistogram)
        /// Kept elsewhere, and asked for when metrics are read.
        case observed(Kind, @Sendable () -> Double)
    }

    /// What a value that is kept elsewhere may do: only grow, or rise and fall.
    enum Kind: String {
        case counter
        case gauge
    }

    private let metrics = Mutex<[Key: Metric]>([:])

    public init() {}

    /// Every metric, one line per value, sorted by name and labels.
    public func render() -> String {
        let metrics = metrics.withLock { $0 }.sorted { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }
        var text = ""
        var lastName: String?
        for (key, metric) in metrics {
            if key.name != lastName {
                text += "# HELP \(key.name) \(MetricHelp.text(for: key.name))\n# TYPE \(key.name) \(metric.type)\n"
            }
            lastName = key.name
            text += metric.lines(name: key.name, labels: key.labels)
        }

        return text
    }

    /// Lists a value that is kept elsewhere.
    func observe(
        _ name: String,
        _ kind: Kind,
        dimensions: [(String, String)] = [],
        read: @escaping @Sendable () -> Double
    ) {
        let key = Key(name: name, labels: Self.labels(dimensions))
        metrics.withLock { $0[key] = .observed(kind, read) }
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        metric(label, dimensions: dimensions) {
            .counter(PrometheusCounter())
        } as: {
            if case .counter(let counter) = $0 { counter } else { nil }
        } ?? PrometheusCounter()
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        metric(label, dimensions: dimensions) {
            .gauge(PrometheusGauge())
        } as: {
            if case .gauge(let gauge) = $0 { gauge } else { nil }
        } ?? PrometheusGauge()
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        makeHistogram(label, dimensions: dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        makeHistogram(label, dimensions: dimensions)
    }

    // A metric lives as long as the process: handles to it are made and dropped per event.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func makeHistogram(_ label: String, dimensions: [(String, String)]) -> PrometheusHistogram {
        metric(label, dimensions: dimensions) {
            .histogram(PrometheusHistogram())
        } as: {
            if case .histogram(let histogram) = $0 { histogram } else { nil }
        } ?? PrometheusHistogram()
    }

    /// The metric of that name and labels; one that was made as another kind is left alone, and the new one unlisted.
    private func metric<Handler: Sendable>(
        _ name: String,
        dimensions: [(String, String)],
        make: () -> Metric,
        as cast: (Metric) -> Handler?
    ) -> Handler? {
        let labels = Self.labels(dimensions)
        return metrics.withLock { metrics in
            let metric = metrics[Key(name: name, labels: labels)] ?? make()
            metrics[Key(name: name, labels: labels)] = metric
            return cast(metric)
        }
    }

    private static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        value.escaping { byte in
            switch byte {
            case UInt8(ascii: "\\"): "\\\\"
            case UInt8(ascii: "\""): "\\\""
            case UInt8(ascii: "\n"): "\\n"
            default: nil
            }
        }
    }
}

extension PrometheusRegistry.Metric {
    fileprivate var type: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        case .observed(let kind, _): kind.rawValue
        }
    }

    fileprivate func lines(name: String, labels: String) -> String {
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        return switch self {
        case .counter(let counter): "\(name)\(braced) \(counter.value)\n"
        case .gauge(let gauge): "\(name)\(braced) \(gauge.value)\n"
        case .histogram(let histogram): histogram.lines(name: name, labels: labels)
        case .observed(_, let read): "\(name)\(braced) \(read())\n"
        }
    }
}
