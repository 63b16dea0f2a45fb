import Synchronization

/// What a connection's tasks share: the frames to write, and how the connection was lost, if it was.
final class WebSocketLink: Sendable {
    let frames = OutgoingFrames()
    private let loss = Mutex<WebSocketClosed.Cause?>(nil)
    private let (signal, signaller) = AsyncStream<Never>.makeStream()

    private let hasEndedInput = Atomic(false)

    /// Whether the handler is to get no more messages.
    var isInputEnded: Bool { hasEndedInput.load(ordering: .relaxed) }

    func endInput() { hasEndedInput.store(true, ordering: .relaxed) }

    /// Why the connection was lost; the first cause stands.
    var cause: WebSocketClosed.Cause? { loss.withLock(\.self) }

    func end(_ cause: WebSocketClosed.Cause) {
        let isFirst = loss.withLock { loss in
            guard loss == nil else { return false }
            loss = cause
            return true
        }
        guard isFirst else { return }
        frames.abort(cause)
        signaller.finish()
    }

    /// Waits until the connection is lost, or the task is cancelled.
    func ended() async {
        for await _ in signal {}
    }
}
