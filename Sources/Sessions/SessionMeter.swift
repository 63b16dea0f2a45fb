public import Limits

/// Keeps the process's metrics and its memory budget in step with one session.
public struct SessionMeter {
    private static let noRoom =
        "The server has no room for more audio. This message was not taken; commit or clear what is buffered, or send it again later."

    private let metrics: SessionMetrics
    private let share: BufferShare
    private var reported = AudioLedger()

    /// - Parameter memory: What minutes of buffered audio count against.
    public init(metrics: SessionMetrics, memory: MemoryBudget) {
        self.metrics = metrics
        share = BufferShare(of: memory)
    }

    /// The command, or an error in its place when there is no memory for the audio that it brings.
    public func admitted(_ command: ClientCommand, to core: borrowing SessionCore) -> ClientCommand {
        let length = core.length(of: command)
        guard length > 0, !share.take(length, after: core.held) else { return command }
        return .invalid(ClientError(.serverOverloaded, Self.noRoom))
    }

    /// Gives back the memory that a session does not need any longer.
    public func settle(_ core: borrowing SessionCore) { share.settle(samples: core.held) }

    /// Counts what has been booked since the last time.
    public mutating func report(_ ledger: AudioLedger) {
        metrics.count(from: reported, to: ledger)
        reported = ledger
    }
}
