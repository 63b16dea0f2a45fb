import Backends
import JSON

/// How the servers that transcribe, answer and speak are doing, for operators.
struct BackendReport {
    /// Those that there are.
    let groups: [BackendGroup]

    var json: JSONValue {
        [
            "waiting": .integer(groups.reduce(0) { $0 + $1.pool.waiting }),
            "backends": .array(
                groups.flatMap { group in group.pool.report.map { .object(Self.entry($0, kind: group.kind)) } }
            ),
        ]
    }

    private static func entry(_ report: BackendPool.Report, kind: BackendGroup.Kind) -> [String: JSONValue] {
        [
            "kind": .string(kind.rawValue),
            "name": .string(report.terms.name),
            "tier": .integer(report.terms.tier),
            "weight": .number(report.terms.weight),
            "models": .array(report.terms.models.sorted().map { .string($0) }),
            "state": .string(report.state.rawValue),
            "paused": .bool(report.isPaused),
            "in_flight": .integer(report.inFlight),
            "limit": .integer(report.limit),
            "latency_ms": milliseconds(report.latency),
            "p95_ms": milliseconds(report.p95),
            "error_rate": .number((report.errorRate * 1_000).rounded() / 1_000),
            "next_probe_ms": milliseconds(report.nextProbe.map { $0 / .seconds(1) }),
            "answered": .integer(report.tally.answered),
            "failed": .object(report.tally.failed.mapValues { .integer($0) }),
            "retries": .integer(report.tally.retries),
            "hedges": .integer(report.tally.hedges),
            "probes": .integer(report.tally.probes),
            "ejections": .integer(report.tally.ejections),
        ]
    }

    private static func milliseconds(_ seconds: Double?) -> JSONValue {
        seconds.map { .integer(Int(($0 * 1_000).rounded())) } ?? .null
    }
}
