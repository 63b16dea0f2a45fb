/// Where every sample of a session went.
///
/// At any moment `received` is the sum of the others; `open` is what is buffered or being transcribed.
public struct AudioLedger: Equatable, Sendable {
    /// Why samples were not transcribed although nothing failed.
    public enum DiscardReason: String, CaseIterable, Sendable {
        /// The detector heard no speech.
        case silence
        /// The client asked for it.
        case cleared
        /// Less than an utterance when the stream ended.
        case tooShort = "too_short"
        /// The client went away before the utterance had ended.
        case disconnected
        /// What the engine made of it was not to be believed.
        case rejected

        /// Where its count stands.
        fileprivate var place: Int {
            switch self {
            case .silence: 0
            case .cleared: 1
            case .tooShort: 2
            case .disconnected: 3
            case .rejected: 4
            }
        }
    }

    public private(set) var received = 0
    public private(set) var transcribed = 0
    /// Samples by the `code` of the `TranscriptionError` they failed with.
    public private(set) var failed: [String: Int] = [:]
    /// Samples by the `place` of the reason.
    ///
    /// Every append changes it, so it must not need memory of its own.
    private var discards = SIMD8<Int>()

    public init() {}

    /// Samples that were not transcribed, by the reason; only reasons that occurred.
    public var discarded: [DiscardReason: Int] {
        let counts = DiscardReason.allCases.map { ($0, discards[$0.place]) }.filter { $0.1 > 0 }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    /// Samples that failed, for whatever reason.
    public var failedCount: Int { failed.isEmpty ? 0 : failed.values.reduce(0, +) }

    /// Samples that are buffered or being transcribed.
    public var open: Int { received - transcribed - discards.wrappedSum() - failedCount }

    /// Samples that were discarded for `reason`.
    func count(of reason: DiscardReason) -> Int { discards[reason.place] }

    mutating func receive(_ samples: Int) { received += samples }
    mutating func transcribe(_ samples: Int) { transcribed += samples }
    mutating func discard(_ samples: Int, _ reason: DiscardReason) { discards[reason.place] += samples }
    mutating func fail(_ samples: Int, code: String) { failed[code, default: 0] += samples }
}
