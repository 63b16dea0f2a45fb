import HTTPTypes
import Hummingbird
import NIOCore
import Settings
import Synchronization

/// Refuses bodies that are larger than their key may send.
///
/// It stands behind the check of keys, and before any route has asked for the body.
struct RequestSizeMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let accounts: KeyAccounts

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let key = context.client.name
        let maximum = accounts.limits(of: key).requestBytes
        guard maximum > 0 else { return try await next(request, context) }
        guard let length = request.headers[.contentLength].flatMap(Int.init) else {
            var request = request
            request.body = request.body.limited(to: maximum) { accounts.refuse(size: maximum, of: key) }
            return try await next(request, context)
        }
        guard length <= maximum else { throw accounts.refuse(size: maximum, of: key) }
        return try await next(request, context)
    }
}

extension RequestBody {
    /// The same body, which ends with an error where it turns out too large.
    fileprivate func limited(to maximum: Int, orThrow refusal: @escaping @Sendable () -> APIError) -> RequestBody {
        let count = ByteCount()
        return RequestBody(
            asyncSequence: map { buffer in
                guard count.add(buffer.readableBytes) <= maximum else { throw refusal() }
                return buffer
            }
        )
    }
}

private final class ByteCount: Sendable {
    private let value = Mutex(0)

    /// - Returns: The sum so far.
    func add(_ count: Int) -> Int {
        value.withLock { value in
            value += count
            return value
        }
    }
}

extension KeyAccounts {
    /// Counts a body that is larger than its key may send, and says so to the client.
    fileprivate func refuse(size maximum: Int, of key: String?) -> APIError {
        account(of: key).onRefusal(.requestSize)
        return .tooLargeForKey(maximum)
    }
}

extension APIError {
    static func tooLargeForKey(_ maximum: Int) -> APIError {
        APIError(
            .contentTooLarge,
            "The body is over the \(maximum) bytes that this API key may send at once. Send less.",
            code: "request_too_large"
        ).closing
    }

    /// What a client is told whose key has used what it may.
    init(_ refusal: KeyAccount.Refusal) {
        self.init(
            .tooManyRequests,
            refusal.message,
            code: "rate_limit_exceeded",
            headers: [.retryAfter: "\(refusal.retryAfter)"]
        )
    }
}
