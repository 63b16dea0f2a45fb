import HTTPTypes
import Hummingbird

/// `/console/…`: what the page at `/` loads.
struct ConsoleRoutes: Sendable {
    func add(to router: Router<ServerContext>) {
        for file in ConsoleFile.parts {
            router.get(RouterPath("/console/" + file.name)) { request, _ in Self.answer(request, with: file) }
        }
    }

    /// A file, or 304 for a browser that has it.
    ///
    /// Browsers ask each time, as another release of the server may have other files under the same names.
    static func answer(_ request: Request, with file: ConsoleFile) -> Response {
        var headers: HTTPFields = [.eTag: file.tag, .cacheControl: "no-cache"]
        for (name, value) in protection { headers[name] = value }
        if file.isNamed(by: request.headers[values: .ifNoneMatch]) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.type
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.body))
    }

    /// The page runs its own scripts, speaks to its own server, and stands in no frame of another site.
    private static let protection: [(HTTPField.Name, String)] = {
        let policy = [
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
            "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ]
        let named = [
            ("Content-Security-Policy", policy.joined(separator: "; ")), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("Permissions-Policy", "microphone=(self), camera=(), geolocation=()"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
        return named.compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
    }()
}
