internal import Synchronization
internal import Waiting

/// Carries a streamed answer from the driver's thread to the task that reads it.
final class StreamMailbox: Sendable {
    struct Head: Equatable {
        var status: Int
        var contentType: String?
        var retryAfter: Duration?
    }

    /// What becomes of bytes that libcurl offers.
    enum Reception {
        case taken
        /// libcurl keeps them, and offers them again once there is room.
        case later
    }

    private struct State {
        var head: Head?
        var bytes: [UInt8] = []
        /// Whether libcurl was told to wait for room.
        var isFull = false
        /// Whether its reader has let go of what is left.
        var isReleased = false
        var end: Result<Void, TransferError>?
        /// Fulfilled at the next change; there while a task waits for it.
        var change: Promise<Void>?
    }

    private let capacity: Int
    private let resume: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: Bytes from which on `offer` takes no more.
    ///   - resume: Called when there is room again after `offer` has answered `later`.
    init(capacity: Int, resume: @escaping @Sendable () -> Void) {
        self.capacity = max(1, capacity)
        self.resume = resume
    }

    // For the driver's thread.

    func begin(_ head: Head) {
        change { $0.head = $0.head ?? head }
    }

    func offer(_ new: UnsafeRawBufferPointer) -> Reception {
        let isTaken = state.withLock { state in
            state.isFull = state.bytes.count >= capacity && state.end == nil
            if !state.isFull, state.end == nil { unsafe state.bytes.append(contentsOf: new) }
            return !state.isFull
        }
        guard isTaken else { return .later }
        change { _ in }
        return .taken
    }

    /// The first end counts.
    func finish(_ end: Result<Void, TransferError>) {
        change { $0.end = $0.end ?? end }
    }

    // For the reader.

    /// Ends the stream for its reader, who gets no more of what has come.
    func cancel() {
        change { state in
            if case .success = state.end, state.bytes.isEmpty { return }
            state.bytes = []
            state.end = .failure(.cancelled)
        }
    }

    var isReleased: Bool { state.withLock { $0.isReleased } }

    /// Ends the stream for its reader, as if it were complete; what is left of it is thrown away.
    func release() {
        var wasFull = false
        change { state in
            wasFull = state.isFull
            state.isReleased = true
            (state.bytes, state.isFull) = ([], false)
            state.end = state.end ?? .success(())
        }
        if wasFull { resume() }
    }

    /// Waits for the head.
    func head() async -> Result<Head, TransferError> {
        while true {
            let (head, end) = state.withLock { ($0.head, $0.end) }
            if let head { return .success(head) }
            if let end { return end.flatMap { .failure(.malformedResponse(reason: "The answer has no head")) } }
            await wait { $0.head != nil || $0.end != nil }
        }
    }

    /// Waits for bytes and takes all; `nil` at the end.
    func piece() async -> Result<[UInt8]?, TransferError> {
        while true {
            let (bytes, end, wasFull) = state.withLock { state in
                defer { (state.bytes, state.isFull) = ([], false) }
                return (state.bytes, state.end, state.isFull)
            }
            if wasFull { resume() }
            if !bytes.isEmpty { return .success(bytes) }
            if let end { return end.map { nil } }
            await wait { !$0.bytes.isEmpty || $0.end != nil }
        }
    }

    private func wait(until isReady: (State) -> Bool) async {
        let change: Promise<Void>? = state.withLock { state in
            if isReady(state) { return nil }
            let change = state.change ?? Promise()
            state.change = change
            return change
        }
        await change?.value()
    }

    private func change(_ body: (inout State) -> Void) {
        let change = state.withLock { state in
            body(&state)
            return state.change.take()
        }
        change?.fulfill(())
    }
}
