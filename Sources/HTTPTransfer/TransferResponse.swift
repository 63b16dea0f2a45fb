/// An HTTP answer, whatever its status.
public struct TransferResponse: Equatable, Sendable {
    public var status: Int
    public var contentType: String?
    /// How long the server asks to wait, when it does.
    public var retryAfter: Duration?
    public var body: [UInt8]

    public init(status: Int, contentType: String? = nil, retryAfter: Duration? = nil, body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.retryAfter = retryAfter
        self.body = body
    }
}
