/// Which member answered, and what.
public struct Served<Answer: Sendable>: Sendable {
    public let member: Int
    public let answer: Answer
    /// What the member gives up once a streamed answer has ended; `nil` for an answer that is whole.
    public let place: StreamPlace?
}

/// How an attempt failed, for the pool and for the asker.
public struct Miss<Failure: Error>: Error {
    public let setback: Setback
    public let failure: Failure

    public init(_ setback: Setback, _ failure: Failure) {
        self.setback = setback
        self.failure = failure
    }
}

extension Miss: Equatable where Failure: Equatable {}

/// What an asker hears when no member has answered.
public enum Refusal<Failure: Error>: Error {
    /// All attempts failed; this is how the last one did.
    case failed(Failure)
    case hopeless
    case expired
    case busy
    /// The task was cancelled, or the pool is closed.
    case cancelled
}
