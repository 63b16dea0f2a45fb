import HTTPTypes
import Hummingbird
import Logging

/// Keeps pages of other sites away, unless the operator allows them, and lets those read the answers.
///
/// A browser lets any page send requests and open sockets to any server its user reaches, this machine among them; only
/// the server can say no. The headers are those of the Fetch standard, section 3.3. Stands outside of the handling of
/// errors and of keys: a page must be able to read an error, and a browser asks for leave without a key.
struct OriginMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let origins: AllowedOrigins
    let hosts: AllowedHosts

    private enum Header {
        static let requestPrivateNetwork = HTTPField.Name("Access-Control-Request-Private-Network")
        static let allowPrivateNetwork = HTTPField.Name("Access-Control-Allow-Private-Network")
    }

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        if let refusal = refusal(of: request.head) {
            context.logger.debug("Request refused", metadata: ["error": "\(refusal.message)"])
            return refusal.response
        }

        guard let origin = request.headers[.origin] else {
            var response = try await next(request, context)
            if !origins.isEmpty { response.headers.append(HTTPField(name: .vary, value: "Origin")) }
            return response
        }

        let isPreflight = request.method == .options && request.headers[.accessControlRequestMethod] != nil
        var response = isPreflight ? Self.preflight(request) : try await next(request, context)
        response.headers[.accessControlAllowOrigin] = origin
        response.headers.append(HTTPField(name: .vary, value: "Origin"))

        // The names are for browsers that take the star for a name.
        response.headers[.accessControlExposeHeaders] = "*, x-request-id, retry-after, etag"
        return response
    }

    /// Why the request gets no answer, if it gets none.
    private func refusal(of request: HTTPRequest) -> APIError? {
        if let host = request.authority, !hosts.contains(host) {
            let message =
                "This server is not '\(host.prefix(200))'. Its operator names what it may be called with ALLOWED_HOSTS."
            return APIError(.misdirectedRequest, message, code: "host_not_allowed")
        }

        let values = request.headerFields[values: .origin]
        guard let origin = values.first else { return nil }
        let isOwn = WebOrigin(origin.lowercased())?.isOrigin(of: request.authority ?? "") == true
        if values.count == 1, isOwn || origins.contains(origin) { return nil }

        let message =
            "Pages of '\(origin.prefix(200))' may not use this server. Its operator allows them with ALLOWED_ORIGINS."
        return APIError(.forbidden, message, code: "origin_not_allowed", headers: [.vary: "Origin"])
    }

    /// Grants what is asked for: which methods and headers a path knows, its own answer tells.
    private static func preflight(_ request: Request) -> Response {
        var headers: HTTPFields = [
            .accessControlAllowMethods: "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
            .accessControlMaxAge: "7200",
            .vary: "Access-Control-Request-Headers",
        ]
        headers[.accessControlAllowHeaders] = request.headers[.accessControlRequestHeaders]
        if let asked = Header.requestPrivateNetwork, let granted = Header.allowPrivateNetwork,
            request.headers[asked] == "true"
        {
            headers[granted] = "true"
        }
        return Response(status: .noContent, headers: headers)
    }
}
