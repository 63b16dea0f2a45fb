import Backends
import Testing
import Transcription

@testable import StenoServer

@Suite("Readiness")
struct ReadinessTests {
    /// Members of a pool of which some have failed until their breakers opened; `isLate` is after their pauses.
    private func reports(_ tiers: [Int], out: Set<Int>, isLate: Bool = false) -> [BackendPool.Report] {
        let members = tiers.map { MemberTerms(name: "\($0)", models: [], concurrency: 64, tier: $0, adapts: false) }
        var reports: [BackendPool.Report] = []
        for (index, member) in members.enumerated() {
            var pool = BackendPool([member])
            for ticket in 0..<3 where out.contains(index) {
                let terms = BackendPool.Terms(party: Party(session: 1), cost: 1, deadline: .milliseconds(2))
                for case .start(let attempt, _, _) in pool.ask(UInt64(ticket), terms, at: .zero) {
                    _ = pool.failed(attempt, .unreachable, at: .milliseconds(1))
                }
            }
            reports += pool.report(at: isLate ? .seconds(100) : .milliseconds(1))
        }
        return reports
    }

    @Test("Ready while every backend is well")
    func ready() {
        #expect(Readiness(engine: .ready, backends: nil, fallbackState: nil) == .ready)
        #expect(Readiness(engine: .ready, backends: reports([0, 0], out: []), fallbackState: nil) == .ready)
        #expect(Readiness(engine: .loading, backends: nil, fallbackState: nil) == .unavailable("loading"))
    }

    @Test("Degraded while others serve instead, and says who")
    func degraded() {
        #expect(
            Readiness(engine: .ready, backends: reports([0, 0], out: [1]), fallbackState: nil)
                == .degraded(reasons: ["1 of 2 backends do not answer."])
        )
        #expect(
            Readiness(engine: .ready, backends: reports([0, 1], out: [0]), fallbackState: nil)
                == .degraded(reasons: ["1 of 2 backends do not answer.", "Backends of tier 1 serve."])
        )
        #expect(
            Readiness(engine: .ready, backends: reports([0, 1], out: [0]), fallbackState: .ready)
                == .degraded(reasons: ["1 of 1 backends do not answer.", "The embedded engine serves."])
        )
    }

    @Test("A language model or voice that is out degrades a server, which transcribes all the same")
    func others() {
        func readiness(_ engine: LoadingTranscriber.State, out: Set<Int>) -> Readiness {
            Readiness(
                engine: engine,
                backends: reports([0, 0], out: out),
                fallbackState: nil,
                others: [(.languageModel, reports([0], out: [0])), (.speech, reports([0, 0], out: [1]))]
            )
        }
        let reasons = ["1 of 1 language models do not answer.", "1 of 2 speech backends do not answer."]
        #expect(readiness(.ready, out: []) == .degraded(reasons: reasons))
        #expect(readiness(.ready, out: [0]) == .degraded(reasons: ["1 of 2 backends do not answer."] + reasons))
        #expect(readiness(.ready, out: [0, 1]) == .unavailable("unavailable"))
        #expect(readiness(.loading, out: []) == .unavailable("loading"))
    }

    @Test("Unavailable when nothing can serve; degraded again when a probe may show better")
    func unavailable() {
        #expect(
            Readiness(engine: .ready, backends: reports([0, 0], out: [0, 1]), fallbackState: nil)
                == .unavailable("unavailable")
        )
        #expect(
            Readiness(engine: .ready, backends: reports([0, 1], out: [0]), fallbackState: .loading)
                == .unavailable("unavailable")
        )
        #expect(
            Readiness(engine: .ready, backends: reports([0, 0], out: [0, 1], isLate: true), fallbackState: nil)
                == .degraded(reasons: ["2 of 2 backends do not answer."])
        )
    }
}
