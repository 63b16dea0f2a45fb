/// One HTTP request.
public struct TransferRequest: Equatable, Sendable {
    public var method: Method
    public var url: TransferURL
    /// Sent in this order; a name or value with a line break or a NUL is refused.
    public var headers: [Header]
    /// From the first attempt to connect to the last byte of the answer.
    public var timeout: Duration
    /// For name resolution, TCP and TLS together.
    public var connectTimeout: Duration
    /// Bytes of the answer's body; a longer one fails with `TransferError.responseTooLarge`.
    public var responseLimit: Int

    public init(
        _ method: Method,
        _ url: TransferURL,
        headers: [Header] = [],
        timeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(10),
        responseLimit: Int = 4 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.responseLimit = responseLimit
    }

    public enum Method: Equatable, Sendable {
        case get
        case post(Body)
    }

    public enum Body: Equatable, Sendable {
        case bytes([UInt8], contentType: String)
        /// A form as in RFC 7578, its parts in this order.
        case multipart([Part])
    }

    public struct Header: Equatable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One part of a form.
    public struct Part: Equatable, Sendable {
        public var name: String
        /// Makes the part a file.
        public var filename: String?
        public var contentType: String?
        public var content: [UInt8]

        public init(name: String, filename: String? = nil, contentType: String? = nil, content: [UInt8]) {
            self.name = name
            self.filename = filename
            self.contentType = contentType
            self.content = content
        }

        /// A plain text field.
        public init(name: String, text: String) {
            self.init(name: name, content: Array(text.utf8))
        }
    }
}
