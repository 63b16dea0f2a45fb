public import Limits

/// Keeps the process's metrics and its memory budget in step with one session.
public struct SessionMeter {
    private static let noRoom =
        "The server has no room for more audio. This message was not taken; commit or clear what is buffered, or send it again later."

    private let metrics: SessionMetrics
    private let share: BufferShare
    private var reported = AudioLedger()
    private var reportedSpeculations = SessionCore.Speculations()
    private var reportedDrafts = SessionCore.Speculations()

    /// - Parameter memory: What minutes of buffered audio count against.
    public init(metrics: SessionMetrics, memory: MemoryBudget) {
        self.metrics = metrics
        share = BufferShare(of: memory)
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
    public mutating func report(_ ledger: AudioLedger) {
        metrics.count(from: reported, to: ledger)
        reported = ledger
    }

    /// Counts what became of speculations since the last time.
    public mutating func report(_ speculations: SessionCore.Speculations) {
        guard speculations != reportedSpeculations else { return }
        metrics.count(from: reportedSpeculations, to: speculations)
        reportedSpeculations = speculations
    }

    /// Counts what became of answers that were begun in a pause, since the last time.
    public mutating func report(drafts: SessionCore.Speculations) {
        guard drafts != reportedDrafts else { return }
        metrics.count(fromDrafts: reportedDrafts, to: drafts)
        reportedDrafts = drafts
    }
}
