import HTTPTypes
import Hummingbird
import Synchronization

/// Answers a method that a path does not know with the names of those that it knows.
///
/// Sources: RFC 9110 sections 9.3.7 (OPTIONS) and 15.5.6 (405).
struct MethodMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let routes: RouteTable

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        guard let methods = routes.methods(at: path), !methods.contains(request.method) else {
            return try await next(request, context)
        }
        let allowed = methods.union([.options]).map(\.rawValue).sorted().joined(separator: ", ")
        guard request.method != .options else { return Response(status: .noContent, headers: [.allow: allowed]) }
        let message = "\(path) does not know the method \(request.method.rawValue.prefix(50)), but \(allowed)."
        throw APIError(.methodNotAllowed, message, code: "method_not_allowed", headers: [.allow: allowed])
    }
}

/// Answers HEAD with what GET would say, but for the body (RFC 9110 section 9.3.2); errors too.
struct HeadMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        return request.method == .head ? response.createHeadResponse() : response
    }
}

/// The methods that each path knows, filled in once all routes are there.
final class RouteTable: Sendable {
    private struct Route {
        var pattern: [Substring]
        var methods: Set<HTTPRequest.Method>

        func matches(_ path: [Substring]) -> Bool {
            let isOpen = pattern.last == "**"
            let fixed = isOpen ? pattern.dropLast() : pattern[...]
            guard isOpen ? path.count > fixed.count : path.count == fixed.count else { return false }
            return zip(fixed, path).allSatisfy { $0 == $1 || $0.hasPrefix(":") || $0.hasPrefix("{") }
        }
    }

    private let routes = Mutex<[Route]>([])

    func fill(from router: Router<ServerContext>) {
        let routes = Dictionary(grouping: router.routes, by: \.path.description).map { path, routes in
            var methods = Set(routes.map(\.method))
            if methods.contains(.get) { methods.insert(.head) }
            return Route(pattern: path.split(separator: "/"), methods: methods)
        }
        self.routes.withLock { $0 = routes }
    }

    /// `nil` when nothing is there.
    func methods(at path: String) -> Set<HTTPRequest.Method>? {
        let path = path.split(separator: "/")
        let methods = routes.withLock { routes in
            routes.filter { $0.matches(path) }.reduce(into: Set<HTTPRequest.Method>()) { $0.formUnion($1.methods) }
        }
        return methods.isEmpty ? nil : methods
    }
}
