/// What an answer says before its body.
public protocol AnswerHead {
    var status: Int { get }
    var contentType: String? { get }
    /// How long the server asks to wait, when it does.
    var retryAfter: Duration? { get }
}

extension AnswerHead {
    /// Whether the request was understood and carried out (RFC 9110 section 15.3).
    public var isSuccess: Bool { (200..<300).contains(status) }
}

extension StreamedResponse: AnswerHead {}
extension TransferResponse: AnswerHead {}
