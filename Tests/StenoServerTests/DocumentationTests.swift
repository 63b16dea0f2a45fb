import Dialects
import Foundation
import JSON
import Sessions
import Testing
import Transcription
import Version

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

    @Test("Names the version that runs")
    func version() {
        #expect(Self.api["info"]?["version"]?.string == Version.current)
    }

    /// The types of messages that the description has for a path, from one side.
    static func messageTypes(_ path: String, from side: String) -> Set<String> {
        let messages = api["paths"]?[path]?["get"]?["x-websocket-messages"]?.elements ?? []
        return Set(messages.filter { $0["from"]?.string == side }.compactMap { $0["type"]?.string })
    }

    @Test("Describes every message that a client may send over a WebSocket")
    func clientMessages() {
        #expect(Self.messageTypes("/ws", from: "client") == Set(CompactDialect.messageTypes))
        #expect(Self.messageTypes("/v1/realtime", from: "client") == Set(OpenAIRealtimeDialect.messageTypes))
    }

    @Test("Describes every message that the server sends over a WebSocket")
    func serverMessages() throws {
        let settings = SessionSettings()
        let item = SessionEvent.Item(id: "item_1", range: 0..<160)
        let events: [SessionEvent] = [
            .created(settings), .updated(settings), .speechStarted(itemID: "item_1", at: 0),
            .speechStopped(itemID: "item_1", at: 160),
            .committed(item, previousID: nil), .cleared, .transcribed(item, Transcript(text: "word")),
            .failed(item, .engineFailed), .retrieved(ConversationItem(id: "item_1")), .deleted(itemID: "item_1"),
            .rejected(ClientError(.invalidJSON, "No.")),
        ]
        func sent(by dialects: any Dialect...) throws -> Set<String> {
            let messages = dialects.flatMap { dialect in events.flatMap { dialect.encode($0) } }
            return Set(try messages.compactMap { try JSONValue(parsing: $0.span)["type"]?.string })
        }
        #expect(try sent(by: CompactDialect()) == Self.messageTypes("/ws", from: "server"))
        let shapes: [OpenAIRealtimeDialect.Shape] = [.ga, .beta(isTranscription: true), .beta(isTranscription: false)]
        let realtime = try shapes.map { try sent(by: OpenAIRealtimeDialect(shape: $0)) }
        #expect(realtime.reduce(Set()) { $0.union($1) } == Self.messageTypes("/v1/realtime", from: "server"))
    }

    @Test("Shows every message on the page")
    func messages() throws {
        let html = DocumentationPage(Self.api).html
        for path in ["/ws", "/v1/realtime"] {
            for side in ["client", "server"] {
                let types = Self.messageTypes(path, from: side)
                #expect(!types.isEmpty)
                for type in types { #expect(html.contains("<td><code>\(type)</code></td>")) }
            }
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
