import Synchronization

/// Bounds how many tasks do something at once.
final class Slots: Sendable {
    private struct State {
        var queue: SlotQueue<CheckedContinuation<SlotAnswer, Never>>
        var lastTicket: UInt64 = 0
    }

    private let state: Mutex<State>

    init(capacity: Int, maximumWaiting: Int) {
        state = Mutex(State(queue: SlotQueue(capacity: capacity, maximumWaiting: maximumWaiting)))
    }

    /// Tasks that wait for a slot.
    var waiting: Int { state.withLock { $0.queue.waitingCount } }

    /// Runs `work` in a slot.
    ///
    /// - Throws: `AudioFileError.busy` when no more may wait, `.cancelled`, and what `work` throws.
    func run<Result>(_ work: () async throws(AudioFileError) -> Result) async throws(AudioFileError) -> Result {
        switch await enter() {
        case .proceed: break
        case .full: throw .busy
        case .cancelled: throw .cancelled
        }
        defer { state.withLock { $0.queue.leave() }?.resume(returning: .proceed) }
        return try await work()
    }

    private func enter() async -> SlotAnswer {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                let answer = state.withLock { state in
                    Task.isCancelled ? SlotAnswer.cancelled : state.queue.arrive(ticket, caller)
                }
                if let answer { caller.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.queue.withdraw(ticket) }?.resume(returning: .cancelled)
        }
    }
}
