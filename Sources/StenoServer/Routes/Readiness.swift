import Backends
import Transcription

/// Whether the server can transcribe, and what keeps it from serving as it was meant to.
enum Readiness: Equatable {
    case ready
    /// Utterances are transcribed all the same; the reasons are sentences for the operator.
    case degraded(reasons: [String])
    case unavailable(String)

    /// - Parameters:
    ///   - fallbackState: Of the embedded engine behind servers, if there is one; it is the pool's last member.
    ///   - spooled: Utterances that wait on disk; `nil` where none are kept.
    ///   - others: Servers that answer or speak; without them the server still transcribes.
    init(
        engine: LoadingTranscriber.State,
        backends: [BackendPool.Report]?,
        fallbackState: LoadingTranscriber.State?,
        others: [(kind: BackendGroup.Kind, reports: [BackendPool.Report])] = [],
        spooled: Int? = nil
    ) {
        switch engine {
        case .loading: self = .unavailable("loading")
        case .failed: self = .unavailable("failed")
        case .ready:
            let transcribing = backends.map { Readiness($0, fallbackState) } ?? .ready
            self = transcribing.degraded(by: others.flatMap { Self.reasons($0.kind, servers: $0.reports[...]) })
        }
        if let spooled { keep(spooled) }
    }

    /// With a spool, utterances are taken while no backend can serve.
    private mutating func keep(_ count: Int) {
        var reasons: [String] = []
        switch self {
        case .ready: break
        case .degraded(let others): reasons = others
        case .unavailable("unavailable"): reasons = ["No backend answers."]
        case .unavailable: return
        }
        if count > 0 { reasons.append("\(count) utterances wait on disk.") }
        if !reasons.isEmpty { self = .degraded(reasons: reasons) }
    }

    /// The same with more reasons for the operator.
    private func degraded(by more: [String]) -> Readiness {
        switch self {
        case .unavailable: self
        case .ready: more.isEmpty ? .ready : .degraded(reasons: more)
        case .degraded(let reasons): .degraded(reasons: reasons + more)
        }
    }

    /// What is to be said of servers that are out.
    private static func reasons(_ kind: BackendGroup.Kind, servers: ArraySlice<BackendPool.Report>) -> [String] {
        let out = servers.count { !$0.isWell }
        return out == 0 ? [] : ["\(out) of \(servers.count) \(kind.plural) do not answer."]
    }

    private init(_ reports: [BackendPool.Report], _ fallbackState: LoadingTranscriber.State?) {
        let servers = fallbackState == nil ? reports[...] : reports.dropLast()

        // Once its pause is over, a backend may have recovered, and only requests can show it.
        let mayServe = servers.contains { $0.isWell || $0.state == .halfOpen }
        var reasons = Self.reasons(.transcription, servers: servers)
        let first = servers.map(\.terms.tier).min()
        if servers.allSatisfy({ $0.terms.tier != first || !$0.isWell }) {
            if let next = servers.filter(\.isWell).map(\.terms.tier).min() {
                reasons.append("Backends of tier \(next) serve.")
            } else if fallbackState == .ready {
                reasons.append("The embedded engine serves.")
            } else if !mayServe {
                self = .unavailable("unavailable")
                return
            }
        }

        self = reasons.isEmpty ? .ready : .degraded(reasons: reasons)
    }
}
