import NIOHTTP1

/// Why a connection gets an answer that no route gives, or an error while a route reads a body.
public enum HTTPRefusal: Error, Equatable, Sendable {
    /// What came is not HTTP/1.1; the text is for the client.
    case malformed(String)
    /// The head of the request is over ``HTTPLimits/maximumHead`` or ``HTTPLimits/maximumFields``.
    case headTooLarge
    /// The request takes too long.
    case overdue

    /// What RFC 9112 sections 2.2 and 3.2 forbid and the parser lets pass.
    init?(of head: HTTPRequestHead) {
        let hosts = head.headers["host"]
        if hosts.count > 1 || hosts.isEmpty && !head.version.isOld {
            self = .malformed("A request has one Host header; this one has \(hosts.count).")
        } else if let host = hosts.first, host.contains(where: { " \t/\\@?#,".contains($0) }) {
            self = .malformed("The Host header is not the name of a host.")
        } else {
            return nil
        }
    }

    /// What the client is told.
    public var message: String {
        switch self {
        case .malformed(let message): message
        case .headTooLarge:
            "The head of the request is too large: \(HTTPLimits.maximumHead) bytes and \(HTTPLimits.maximumFields) "
                + "fields at most."
        case .overdue: "The request took too long to come."
        }
    }

    var status: HTTPResponseStatus {
        switch self {
        case .malformed: .badRequest
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .overdue: .requestTimeout
        }
    }
}

extension HTTPVersion {
    /// Before HTTP/1.1.
    var isOld: Bool { (major, minor) < (1, 1) }
}
