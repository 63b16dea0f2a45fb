import Audio
public import Limits

/// Keeps the process's metrics and its memory budget in step with one session.
public final class SessionMeter {
    private static let noRoom =
        "The server has no room for more audio. This message was not taken; commit or clear what is buffered, or send it again later."

    private let metrics: SessionMetrics
    private let share: BufferShare
    private var reported = AudioLedger()
    private var reportedSpeculations = SessionCore.Speculations()
    private var reportedDrafts = SessionCore.Speculations()
    /// When the engine had said what it heard, of utterances whose transcripts wait for others.
    private var heard: [String: Duration] = [:]
    private let uptime: @Sendable () -> Duration

    /// - Parameters:
    ///   - memory: What minutes of buffered audio count against.
    ///   - uptime: A clock that nobody sets.
    public init(
        metrics: SessionMetrics,
        memory: MemoryBudget,
        uptime: @escaping @Sendable () -> Duration = SessionMeter.uptime()
    ) {
        self.metrics = metrics
        self.uptime = uptime
        share = BufferShare(of: memory)
    }

    public static func uptime() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { .now - start }
    }

    /// Takes memory for the audio that a command brings.
    ///
    /// - Returns: The command, or an error for the client in its place when there is no memory.
    public func admitted(_ command: ClientCommand, to core: borrowing SessionCore) -> ClientCommand {
        let length = core.length(of: command)
        guard length > 0, !share.take(length, after: core.held) else { return command }
        return .invalid(ClientError(.serverOverloaded, Self.noRoom))
    }

    /// Gives back the memory that a session with so many samples does not need any longer.
    public func settle(held: Int) { share.settle(samples: held) }

    /// Counts what has been booked since the last time.
    public func report(_ ledger: AudioLedger) {
        metrics.count(from: reported, to: ledger)
        reported = ledger
    }

    /// Counts what became of speculations since the last time.
    public func report(_ speculations: SessionCore.Speculations) {
        guard speculations != reportedSpeculations else { return }
        metrics.count(from: reportedSpeculations, to: speculations)
        reportedSpeculations = speculations
    }

    /// Counts what became of answers that were begun in a pause, since the last time.
    public func report(drafts: SessionCore.Speculations) {
        guard drafts != reportedDrafts else { return }
        metrics.count(fromDrafts: reportedDrafts, to: drafts)
        reportedDrafts = drafts
    }

    /// Counts how long utterances were at their stages.
    public func report(_ passages: [SessionCore.Passage]) {
        guard !passages.isEmpty else { return }

        let now = uptime()
        for passage in passages {
            switch passage {
            case .cut(let samples):
                metrics.stages.record(.detect, .seconds(Double(samples) / Double(SampleClock.rate)))
            case .heard(let itemID): heard[itemID] = now
            case .told(let itemID):
                if let time = heard.removeValue(forKey: itemID) { metrics.stages.record(.order, now - time) }
            }
        }
    }
}
