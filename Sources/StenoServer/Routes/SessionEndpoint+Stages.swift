import Sessions

/// How long what a session handles is at its stages.
extension SessionEndpoint {
    /// Measures for how long the session takes nothing.
    func noteHold() {
        guard let time = hold.update(isHeld: isDecoding || !core.wantsInput, at: .now) else { return }
        host.metrics.stages.record(.receive, time)
    }

    /// What is to be called when a transcript that is told now has left.
    func measureSending() -> @Sendable () -> Void {
        let (stages, told) = (host.metrics.stages, ContinuousClock.now)
        return { stages.record(.send, .now - told) }
    }
}
