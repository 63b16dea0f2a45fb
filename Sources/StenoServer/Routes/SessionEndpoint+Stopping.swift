import NIOCore
import Sessions

/// The end of a session that the server stops.
extension SessionEndpoint {
    /// How to reach this session from elsewhere when the server stops.
    func controls(on eventLoop: any EventLoop) -> SessionDrain.Controls {
        let session = NIOLoopBound({ [weak self] in self }, eventLoop: eventLoop)
        return SessionDrain.Controls(
            endInput: { eventLoop.execute { session.value()?.endInput() } },
            disconnect: { eventLoop.execute { session.value()?.disconnect() } }
        )
    }

    /// Has the session finish as if its client had sent all it wanted to send.
    private func endInput() {
        if let line { line.endInput() } else { _ = giveUpWaiting() }
    }

    /// Ends the session at once.
    private func disconnect() {
        stopAnswering()
        if let line { line.disconnect() } else { _ = giveUpWaiting() }
    }

    /// Tells the client that responses will not be completed.
    private func stopAnswering() {
        change { core, effects in core.stopAnswering(as: .failed(.stopping), into: &effects) }
    }
}
