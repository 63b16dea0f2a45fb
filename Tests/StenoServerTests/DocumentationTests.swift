import Foundation
import JSON
import Testing

@testable import StenoServer

@Suite("Documentation")
struct DocumentationTests {
    static let api: JSONValue = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/StenoServer/Documentation/openapi.json")
        let data = (try? Data(contentsOf: file)) ?? Data()
        return (try? JSONValue(parsing: Array(data).span)) ?? .null
    }()

    /// Every `$ref` in the description.
    static func references(_ value: JSONValue) -> Set<String> {
        switch value {
        case .object(let members):
            members.reduce(into: []) { found, member in
                if member.key == "$ref", let target = member.value.string { found.insert(target) }
                found.formUnion(references(member.value))
            }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(references($1)) }
        default: []
        }
    }

    @Test("Refers only to what is there")
    func references() {
        let references = Self.references(Self.api)
        #expect(!references.isEmpty)
        for reference in references {
            let target = reference.split(separator: "/").dropFirst().reduce(Self.api as JSONValue?) { $0?[String($1)] }
            #expect(target != nil, "\(reference)")
        }
    }

    @Test("Shows every operation, field and object on the page")
    func page() throws {
        let html = DocumentationPage(Self.api).html
        let paths = try #require(Self.api["paths"]?.members)
        #expect(paths.count > 10)
        for (path, item) in paths {
            for (method, operation) in item.members {
                #expect(html.contains("\(method.uppercased())</span> <code>\(DocumentationPage.escaped(path))</code>"))
                let id = try #require(operation["operationId"]?.string)
                #expect(html.contains("<article id=\"\(id)\">"))
                #expect(html.contains("href=\"#\(id)\""))
            }
        }
        for (name, schema) in try #require(Self.api["components"]?["schemas"]?.members) {
            #expect(html.contains("id=\"schema-\(name)\""))
            for field in (schema["properties"]?.members ?? [:]).keys { #expect(html.contains("<code>\(field)</code>")) }
        }
    }

    @Test("The page loads nothing and runs nothing")
    func selfContained() {
        let html = DocumentationPage(Self.api).html
        for word in ["<script", "<link", "<img", "@import", "url(", "src=", "http://", "https://", "onclick"] {
            #expect(!html.contains(word), "\(word)")
        }
        let targets = html.matches(of: /href="#([^"]+)"/).map { String($0.1) }
        #expect(!targets.isEmpty)
        for target in targets { #expect(html.contains("id=\"\(target)\""), "\(target)") }
    }

    @Test("Writes markup in a description as text")
    func escaping() throws {
        let text = #"{"info":{"title":"<A>","description":"a & `<b>`\n\nc"},"tags":[],"paths":{}}"#
        let html = DocumentationPage(try JSONValue(parsing: Array(text.utf8).span)).html
        #expect(html.contains("<h1>&lt;A&gt;</h1>"))
        #expect(html.contains("<p>a &amp; <code>&lt;b&gt;</code></p>\n<p>c</p>"))
    }

    @Test("Documents every field of the form, and every format")
    func form() throws {
        let form = try #require(Self.api["components"]?["schemas"]?["TranscriptionForm"]?["properties"]?.members)
        let names = Set(form.keys.map { $0.hasSuffix("[]") ? String($0.dropLast(2)) : $0 })
        #expect(names == TranscriptionForm.fields.union(["file", "model", "chunking_strategy", "temperature"]))
        let formats = form["response_format"]?["enum"]?.elements.compactMap(\.string)
        #expect(formats == TranscriptionForm.Format.allCases.map(\.rawValue))
    }
}
