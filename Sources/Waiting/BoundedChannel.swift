internal import DequeModule
internal import Synchronization

/// A queue between tasks that holds at most `capacity` elements; senders wait while it is full.
///
/// Any number of tasks may send; one task iterates. After `finish()` the consumer still receives what was accepted.
public final class BoundedChannel<Element: Sendable>: AsyncSequence, Sendable {
    private let state: Mutex<StateMachine>

    public init(capacity: Int) {
        precondition(capacity > 0, "A channel holds at least one element")
        state = Mutex(StateMachine(capacity: capacity))
    }

    /// Elements accepted and not yet received, and senders waiting for room.
    public var load: (buffered: Int, waiting: Int) {
        state.withLock { ($0.buffer.count, $0.senders.count) }
    }

    /// Waits for room, then enqueues.
    ///
    /// Returns `false` if the channel finished or the task was cancelled first.
    @discardableResult
    public func send(_ element: Element) async -> Bool {
        if Task.isCancelled { return false }
        switch state.withLock({ $0.send(element) }) {
        case .refuse: return false
        case .accept: return true
        case .deliver(let consumer):
            consumer.fulfill(element)
            return true
        case .wait(let admission):
            return await admission.value(onCancel: { withdraw(admission) })
        }
    }

    /// Accepts no more elements and turns waiting senders away.
    public func finish() {
        let (senders, consumer) = state.withLock { $0.finish() }
        for sender in senders { sender.admission.fulfill(false) }
        consumer?.fulfill(nil)
    }

    private func withdraw(_ admission: Promise<Bool>) {
        if state.withLock({ $0.withdraw(admission) }) { admission.fulfill(false) }
    }

    private func receive() async -> Element? {
        switch state.withLock({ $0.receive() }) {
        case .take(let element, let admitted):
            admitted?.fulfill(true)
            return element
        case .end:
            return nil
        case .wait(let arrival):
            return await arrival.value(onCancel: { state.withLock { $0.consumer.take() }?.fulfill(nil) })
        }
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let channel: BoundedChannel

        public func next(isolation actor: isolated (any Actor)?) async -> Element? { await channel.receive() }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(channel: self) }
}
