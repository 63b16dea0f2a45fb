/// An answer whose body is read while it comes.
///
/// What the caller does not take slows the server down. Letting go of the answer cancels what is left of it.
public final class StreamedResponse: Sendable {
    public let status: Int
    public let contentType: String?
    /// How long the server asks to wait, when it does.
    public let retryAfter: Duration?
    private let mailbox: StreamMailbox
    private let abandon: @Sendable () -> Void
    private let letPass: @Sendable () -> Void
    /// Must live as long as its answers, since it ends them when it goes.
    private let transport: HTTPTransport

    init(
        _ head: StreamMailbox.Head,
        _ mailbox: StreamMailbox,
        from transport: HTTPTransport,
        abandon: @escaping @Sendable () -> Void,
        letPass: @escaping @Sendable () -> Void
    ) {
        status = head.status
        contentType = head.contentType
        retryAfter = head.retryAfter
        self.mailbox = mailbox
        self.transport = transport
        self.abandon = abandon
        self.letPass = letPass
    }

    deinit {
        if !mailbox.isReleased { abandon() }
    }

    /// Waits for more of the body and takes all that has come; `nil` once it is complete.
    ///
    /// Cancelling the task cancels the answer and closes its connection at once. What came before an error is handed
    /// over before the error is thrown.
    public func next() async throws(TransferError) -> [UInt8]? {
        let abandon = abandon
        let piece = await withTaskCancellationHandler {
            await mailbox.piece()
        } onCancel: {
            abandon()
        }
        return try piece.get()
    }

    /// Takes the rest of the body, or its first `limit` bytes; then what is left is cancelled.
    ///
    /// Meant for the body of an error: what arrives before the connection fails is better than nothing.
    public func rest(limit: Int) async -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit, let piece = try? await next() { bytes += piece }
        cancel()
        return Array(bytes.prefix(limit))
    }

    /// Takes no more, and lets the rest of the body go by for up to a second, so that its connection can be used again.
    ///
    /// For a reader who knows that what is left does not matter: the end of the body, after an event that says so.
    public func release() {
        mailbox.release()
        letPass()
    }

    /// Gives up the answer and closes its connection; what has not been taken is lost.
    ///
    /// Does nothing once the body is complete and taken.
    public func cancel() { abandon() }
}
