public import NIOCore

/// Lets the connections of one event loop do long work in turns.
///
/// NIO looks at sockets only when no task is left to run, so work runs for ``slice`` at most, and then the loop's other
/// tasks have their turn. Everything is called on the loop.
public final class LoopTurns {
    /// How long work goes on before sockets are looked at again.
    static let slice = TimeAmount.milliseconds(1)

    private static let queues = LoopLocal<LoopTurns>()

    private let eventLoop: any EventLoop
    private var work = CircularBuffer<() -> Void>()
    /// Whether a turn is under way or asked for.
    private var isScheduled = false

    private init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// The queue of a loop, which must be the current one.
    public static func of(_ eventLoop: any EventLoop) -> LoopTurns {
        queues.value(of: eventLoop) { LoopTurns(eventLoop) }
    }

    /// Runs a step of some long work when it is its turn; a step takes much less than ``slice``.
    public func add(_ step: @escaping () -> Void) {
        work.append(step)
        guard !isScheduled else { return }
        isScheduled = true
        schedule()
    }

    /// A task that is due later, however little, waits until sockets have been looked at.
    private func schedule() {
        eventLoop.assumeIsolated().scheduleTask(in: .microseconds(20)) { self.takeTurn() }
    }

    private func takeTurn() {
        let end = NIODeadline.now() + Self.slice
        while let step = work.popFirst() {
            step()
            guard NIODeadline.now() < end else { break }
        }
        isScheduled = !work.isEmpty
        if isScheduled { schedule() }
    }
}
