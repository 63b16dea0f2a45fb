/// How a client whose connection is lost may come back to its session.
public struct ResumeOffer: Equatable, Sendable {
    /// What the client shows when it comes back.
    public var token: String
    /// How long the session waits for it.
    public var window: Duration

    public init(token: String, window: Duration) {
        self.token = token
        self.window = window
    }
}

/// Where a session stands when its client comes back.
public struct ResumePoint: Equatable, Sendable {
    /// Bytes of audio, base64 undone, that the session has taken since it began; the client goes on behind them.
    public var acceptedBytes: Int
    /// Messages that the client has missed, and gets next.
    public var replayed: Int
    /// Messages that the client has missed and that are not kept any more.
    public var lost: Int

    public init(acceptedBytes: Int, replayed: Int, lost: Int) {
        self.acceptedBytes = acceptedBytes
        self.replayed = replayed
        self.lost = lost
    }
}
