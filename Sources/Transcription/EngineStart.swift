import Synchronization

/// When an engine begins with an utterance: what lies before was waiting.
///
/// Whoever asks puts one into the request; the engine that begins says so.
public final class EngineStart: Equatable, Sendable {
    private let start = Mutex<ContinuousClock.Instant?>(nil)

    public init() {}

    /// When the first engine began; `nil` where none has.
    public var time: ContinuousClock.Instant? { start.withLock(\.self) }

    /// Says that an engine begins; only the first time counts, not those of other attempts.
    public func begin(at time: ContinuousClock.Instant = .now) {
        start.withLock { if $0 == nil { $0 = time } }
    }

    public static func == (one: EngineStart, other: EngineStart) -> Bool { one === other }
}
