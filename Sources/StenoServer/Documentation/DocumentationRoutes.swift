import Hummingbird
import JSON

/// `/openapi.json` and `/docs`: what the HTTP side offers, for programs and for people.
struct DocumentationRoutes: Sendable {
    private let description: String
    private let page: String

    /// - Throws: `JSONError` when the description that was built in is no JSON.
    init() throws {
        let bytes = PackageResources.openapi_json
        description = String(decoding: bytes, as: UTF8.self)
        page = DocumentationPage(try JSONValue(parsing: bytes.span)).html
    }

    func add(to router: Router<ServerContext>) {
        router.get("openapi.json") { [description] _, _ in Response.json(.ok, description.utf8) }
        router.get("docs") { [page] _, _ in StatusRoutes.text(page, type: "text/html; charset=utf-8") }
    }
}
