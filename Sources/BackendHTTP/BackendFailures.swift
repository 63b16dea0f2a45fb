public import Backends
public import HTTPTransfer
public import Logging

/// Tells why requests to one backend failed: the pool, who asked, and the log.
///
/// Failures are logged to `Logger.current` with their cause; the key never is.
public struct BackendFailures<Failure: BackendError>: Sendable {
    private let access: BackendAccess
    private let message: Logger.Message
    private let prefix: String

    /// - Parameters:
    ///   - message: The line of the log.
    ///   - prefix: What the names of its metadata begin with, such as `steno.llm`.
    public init(_ access: BackendAccess, message: Logger.Message, prefix: String) {
        self.access = access
        self.message = message
        self.prefix = prefix
    }

    /// There is no answer, or no more of it.
    ///
    /// - Parameter limit: How long it might have taken.
    public func failed(_ error: TransferError, after limit: Duration) -> Miss<Failure> {
        if Task.isCancelled { return Miss(.abandoned, .cancelled) }
        let failure = Failure(error, limit: limit)
        if failure != .cancelled { log(failure, facts: ["cause": access.redacted(error.description)]) }
        return Miss(Setback(error), failure)
    }

    /// The answer has a status other than 2xx, or says so later.
    public func refused(_ head: some AnswerHead, _ complaint: Complaint) -> Miss<Failure> {
        let status = head.isSuccess ? complaint.status : head.status
        let code = complaint.code.flatMap { access.redacted($0) == $0 ? $0 : nil }
        // An error without a status is the backend's own.
        let setback = status.map { Setback.status($0, retryAfter: head.retryAfter) } ?? .garbled
        return logged(Miss(setback, .status(status ?? head.status, code: code)), head: head, complaint: complaint)
    }

    /// The answer makes no sense.
    ///
    /// - Parameter complaint: What about it, or what it says; `nil` where that may hold what was said.
    public func garbled(_ head: some AnswerHead, _ complaint: Complaint?) -> Miss<Failure> {
        logged(Miss(.garbled, .invalidResponse), head: head, complaint: complaint)
    }

    /// Bytes come, but nothing of the answer.
    public func silent(_ head: some AnswerHead, after limit: Duration) -> Miss<Failure> {
        logged(Miss(.timedOut, .timeout(seconds: limit / .seconds(1))), head: head, complaint: nil)
    }

    private func logged(_ miss: Miss<Failure>, head: some AnswerHead, complaint: Complaint?) -> Miss<Failure> {
        if Task.isCancelled { return Miss(.abandoned, .cancelled) }
        var facts = ["status": "\(head.status)"]
        facts["content_type"] = head.contentType.map(access.redacted)
        facts["message"] = complaint?.message.map(access.redacted)
        facts["retry_after"] = head.retryAfter.map { "\($0)" }
        log(miss.failure, facts: facts)
        return miss
    }

    private func log(_ failure: Failure, facts: [String: String]) {
        var metadata: Logger.Metadata = ["steno.error.code": "\(failure.code)", "\(prefix).host": "\(access.host)"]
        for (name, value) in facts { metadata["\(prefix).\(name)"] = "\(value)" }
        Logger.current.warning(message, metadata: metadata)
    }
}
