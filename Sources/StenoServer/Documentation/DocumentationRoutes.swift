import Hummingbird
import JSON
import NIOCore
import Release

/// `/openapi.json` and `/docs`: what the HTTP side offers, for programs and for people.
struct DocumentationRoutes: Sendable {
    // Buffers, so that answers share their bytes.
    private let description: ByteBuffer
    private let page: ByteBuffer

    /// - Throws: `JSONError` when the description that was built in is no JSON.
    init() throws {
        let text = String(decoding: PackageResources.openapi_json, as: UTF8.self)
            .replacing(#""version": "0.0.0""#, with: #""version": "\#(Release.version)""#, maxReplacements: 1)
        description = ByteBuffer(string: text)
        let api = try JSONValue(parsing: Array(text.utf8).span)
        page = ByteBuffer(string: DocumentationPage(api).html)
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
