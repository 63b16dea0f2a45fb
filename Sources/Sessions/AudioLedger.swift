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
    }

    public private(set) var received = 0
    public private(set) var transcribed = 0
    public private(set) var discarded: [DiscardReason: Int] = [:]
    /// Samples by the `code` of the `TranscriptionError` they failed with.
    public private(set) var failed: [String: Int] = [:]

    public init() {}

    public var open: Int { received - transcribed - discarded.values.reduce(0, +) - failed.values.reduce(0, +) }

    mutating func receive(_ samples: Int) { received += samples }
    mutating func transcribe(_ samples: Int) { transcribed += samples }
    mutating func discard(_ samples: Int, _ reason: DiscardReason) { discarded[reason, default: 0] += samples }
    mutating func fail(_ samples: Int, code: String) { failed[code, default: 0] += samples }
}
