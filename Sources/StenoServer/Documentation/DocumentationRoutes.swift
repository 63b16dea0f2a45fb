import Hummingbird
import JSON
import NIOCore

/// `/openapi.json` and `/docs`: what the HTTP side offers, for programs and for people.
struct DocumentationRoutes: Sendable {
    // Buffers, so that answers share their bytes.
    private let description: ByteBuffer
    private let page: ByteBuffer

    /// - Throws: `JSONError` when the description that was built in is no JSON.
    init() throws {
        let bytes = PackageResources.openapi_json
        description = ByteBuffer(bytes: bytes)
        page = ByteBuffer(string: DocumentationPage(try JSONValue(parsing: bytes.span)).html)
    }

    func add(to router: Router<ServerContext>) {
        router.get("openapi.json") { [description] _, _ in
            Self.answer(description, type: "application/json; charset=utf-8")
        }
        router.get("docs") { [page] _, _ in Self.answer(page, type: "text/html; charset=utf-8") }
    }

    private static func answer(_ body: ByteBuffer, type: String) -> Response {
        Response(status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: body))
    }
}
