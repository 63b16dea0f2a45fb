import Limits
import NIOConcurrencyHelpers
import NIOCore

/// The messages that have been read and that the handler has not taken yet.
///
/// They are bounded, and counted in the process's budget; where there is no room the peer is not read until the handler
/// has taken some. One message is held whatever its size.
final class HeldMessages: Sendable {
    /// A message and what it takes of the budget while it is held and handled.
    struct Item: Sendable {
        var message: WebSocketMessage
        var share: MemoryBudget.Share?
    }

    /// Told how long the first message has waited, and how many bytes wait.
    typealias Report = @Sendable (Duration, Int) -> Void

    /// What a message takes beside its bytes.
    static let overhead = 256
    /// What any connection may hold without asking the budget.
    static let free = 1 << 16

    private let state: NIOLockedValueBox<State>
    private let share: MemoryBudget.Share
    private let now: @Sendable () -> ContinuousClock.Instant
    private let report: Report

    init(
        _ configuration: WebSocketConfiguration,
        budget: MemoryBudget,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        report: @escaping Report
    ) {
        state = NIOLockedValueBox(State(limit: configuration.maxHeldBytes, patience: configuration.backlogWarning))
        share = budget.makeShare()
        self.now = now
        self.report = report
    }

    /// The peer's Close frame, once it has come.
    var peerClose: WebSocketClose? { state.withLockedValue(\.peerClose) }

    /// Waits for room.
    ///
    /// Returns `false` when nobody will take the message: the handler is done, or the task is cancelled.
    func add(_ item: Item) async -> Bool {
        while !Task.isCancelled {
            let (step, reader) = state.withLockedValue { $0.add(item, share, at: now()) }
            reader?.resume()
            switch step {
            case .added(let backlog):
                if let backlog { report(backlog.waited, backlog.bytes) }
                return true
            case .refused: return false
            case .full: await wait(for: \.roomWaiter) { !$0.items.isEmpty && !$0.isDiscarding }
            }
        }
        return false
    }

    /// Says that no message follows, and why.
    func finish(_ close: WebSocketClose?, throwing error: (any Error)? = nil) {
        let reader = state.withLockedValue { state in
            state.peerClose = close
            state.end = error.map { .failed($0) } ?? .finished
            return state.messageWaiter.take()
        }
        reader?.resume()
    }

    /// The next message; `nil` when none follows.
    func next() async throws -> Item? {
        while true {
            try Task.checkCancellation()
            let (step, writer) = state.withLockedValue { $0.take(share) }
            writer?.resume()
            switch step {
            case .message(let item): return item
            case .end: return nil
            case .failure(let error): throw error
            case .none: await wait(for: \.messageWaiter) { $0.items.isEmpty && $0.end == nil }
            }
        }
    }

    /// Drops what is held and refuses what comes; the handler is done.
    func discard() {
        let writer = state.withLockedValue { state in
            state.items.removeAll()
            state.isDiscarding = true
            return state.roomWaiter.take()
        }
        share.clear()
        writer?.resume()
    }

    /// Waits until the handler is done.
    func discarded() async {
        await wait(for: \.roomWaiter) { !$0.isDiscarding }
    }

    private func wait(
        for waiter: any WritableKeyPath<State, CheckedContinuation<Void, Never>?> & Sendable,
        while condition: (State) -> Bool
    ) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLockedValue { state in
                    guard !Task.isCancelled, condition(state) else { return false }
                    state[keyPath: waiter] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            state.withLockedValue { $0[keyPath: waiter].take() }?.resume()
        }
    }
}

extension HeldMessages {
    private struct Held {
        var item: Item
        var weight: Int
        /// What the queue's own share has for it.
        var counted: Int
        var since: ContinuousClock.Instant
    }

    private enum End {
        case finished
        case failed(any Error)
    }

    private enum AddStep {
        case added(backlog: (waited: Duration, bytes: Int)?)
        case refused
        case full
    }

    private enum TakeStep {
        case message(Item)
        case end
        case failure(any Error)
        case none
    }

    /// The queue's rules.
    ///
    /// Each step says whom to wake; the caller does it outside the lock.
    private struct State {
        let limit: Int
        let patience: Duration
        var items = CircularBuffer<Held>()
        var bytes = 0
        var end: End?
        var peerClose: WebSocketClose?
        var isDiscarding = false
        var lastReport: ContinuousClock.Instant?
        var messageWaiter: CheckedContinuation<Void, Never>?
        var roomWaiter: CheckedContinuation<Void, Never>?

        init(limit: Int, patience: Duration) {
            (self.limit, self.patience) = (limit, patience)
        }

        static func weight(of item: Item) -> Int { item.message.payload.readableBytes + overhead }

        mutating func add(
            _ item: Item,
            _ share: MemoryBudget.Share,
            at now: ContinuousClock.Instant
        ) -> (AddStep, CheckedContinuation<Void, Never>?) {
            guard !isDiscarding else { return (.refused, nil) }
            let weight = Self.weight(of: item)
            guard items.isEmpty || bytes + weight <= limit else { return (.full, nil) }
            // A message that came in parts has a share of its own already.
            var counted = 0
            if item.share == nil, bytes + weight > free {
                if share.grow(by: weight) { counted = weight } else if !items.isEmpty { return (.full, nil) }
            }
            items.append(Held(item: item, weight: weight, counted: counted, since: now))
            bytes += weight
            return (.added(backlog: backlog(at: now)), messageWaiter.take())
        }

        mutating func take(_ share: MemoryBudget.Share) -> (TakeStep, CheckedContinuation<Void, Never>?) {
            if let held = items.popFirst() {
                bytes -= held.weight
                share.shrink(by: held.counted)
                return (.message(held.item), roomWaiter.take())
            }
            switch end {
            case nil: return (.none, nil)
            case .finished: return (.end, nil)
            case .failed(let error):
                end = .finished
                return (.failure(error), nil)
            }
        }

        /// What waits, when that is long and nobody was told within the last minute.
        private mutating func backlog(at now: ContinuousClock.Instant) -> (waited: Duration, bytes: Int)? {
            guard let first = items.first, now - first.since >= patience else { return nil }
            if let lastReport, now - lastReport < .seconds(60) { return nil }
            lastReport = now
            return (now - first.since, bytes)
        }
    }
}
