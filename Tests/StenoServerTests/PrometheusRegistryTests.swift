import CoreMetrics
import Testing

@testable import StenoServer

@Suite("Prometheus registry")
struct PrometheusRegistryTests {
    @Test("Writes the text format")
    func format() {
        let registry = PrometheusRegistry()
        Counter(label: "b_total", dimensions: [("code", "a\"b\\c\nd")], factory: registry).increment(by: 3)
        Counter(label: "b_total", dimensions: [("code", "z")], factory: registry).increment()
        Meter(label: "a", factory: registry).set(2.5)
        #expect(
            registry.render() == """
                # HELP a Not described.
                # TYPE a gauge
                a 2.5
                # HELP b_total Not described.
                # TYPE b_total counter
                b_total{code="a\\"b\\\\c\\nd"} 3
                b_total{code="z"} 1

                """
        )
    }

    @Test("Counts what is at or below each bound of a histogram")
    func histogram() {
        let registry = PrometheusRegistry()
        let timer = Timer(label: "t_seconds", factory: registry)
        for nanoseconds in [Int64(5_000_000), 10_000_000, 700_000_000, 60_000_000_000] {
            timer.recordNanoseconds(nanoseconds)
        }
        let text = registry.render()
        #expect(text.contains("t_seconds_bucket{le=\"0.01\"} 2\n"))
        #expect(text.contains("t_seconds_bucket{le=\"0.5\"} 2\n"))
        #expect(text.contains("t_seconds_bucket{le=\"1.0\"} 3\n"))
        #expect(text.contains("t_seconds_bucket{le=\"+Inf\"} 4\n"))
        #expect(text.contains("t_seconds_count 4\n"))
        #expect(text.contains("t_seconds_sum 60.715\n"))
    }

    @Test("Gives the same metric to everyone who asks for its name and labels")
    func sharing() {
        let registry = PrometheusRegistry()
        for _ in 0..<5 { Counter(label: "shared", factory: registry).increment() }
        #expect(registry.render().hasSuffix("shared 5\n"))
    }

    @Test("Keeps a metric when its name is asked for as another kind")
    func kinds() {
        let registry = PrometheusRegistry()
        Counter(label: "x", factory: registry).increment()
        Meter(label: "x", factory: registry).set(7)
        #expect(registry.render().hasSuffix("x 1\n"))
    }

    @Test("Says what the process costs")
    func process() {
        let registry = PrometheusRegistry()
        ProcessMetrics.add(to: registry)
        let text = registry.render()
        let memory = text.split(separator: "\n").first { $0.hasPrefix("process_resident_memory_bytes") }
        #expect((memory?.split(separator: " ").last).flatMap { Double($0) } ?? 0 > 1e6)
        #expect(text.contains("process_cpu_seconds_total "))
    }
}
