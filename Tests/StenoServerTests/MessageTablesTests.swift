import Dialects
import HTTPTypes
import JSON
import Release
import Sessions
import SpeechDetection
import Testing
import Transcription

@testable import StenoServer

@Suite("The description of WebSocket messages")
struct MessageTablesTests {
    static func protocols() throws -> [JSONValue] {
        try #require(DocumentationTests.api["x-websocket-messages"]).elements
    }

    static func types(_ messages: JSONValue?) -> [String] {
        (messages?.elements ?? []).compactMap { $0["type"]?.string }
    }

    /// Every event that a session may have.
    static let events: [SessionEvent] = {
        let settings = SessionSettings(turnDetection: .webRTC)
        let item = SessionEvent.Item(id: "item", range: 0..<160, audio: [1])
        let transcript = Transcript(text: "words")
        return [
            .created(settings), .updated(settings), .speechStarted(itemID: "item", at: 0),
            .speechStopped(itemID: "item", at: 160), .committed(item, previousID: nil), .cleared,
            .interim(itemID: "item", delta: "wor"), .transcribed(item, transcript), .failed(item, .cancelled),
            .retrieved(ConversationItem(id: "item")),
            .deleted(itemID: "item"), .rejected(ClientError(.invalidEvent, "no")),
            .ended(AudioLedger()),
        ]
    }()

    private static func json(_ bytes: [UInt8]) throws -> JSONValue {
        try JSONValue(parsing: bytes.span)
    }

    @Test("Lists the messages that each protocol takes")
    func client() throws {
        let dialects: [any Dialect] = [CompactDialect(), OpenAIRealtimeDialect(shape: .ga)]
        for (described, var dialect) in zip(try Self.protocols(), dialects) {
            // The refusal of a message that nobody knows names all that are known.
            var commands: [ClientCommand] = []
            dialect.decode(text: Array(#"{"type":"nothing"}"#.utf8).span, into: &commands)
            guard case .invalid(let error) = commands.first else {
                Issue.record("A message of no type is taken")
                continue
            }
            let names = error.message.matches(of: #/[a-z_]+\.[a-z_.]*[a-z]/#).map { String($0.output) }
            #expect(Self.types(described["client"]).sorted() == names.sorted())
        }
    }

    @Test("Lists the messages that each protocol sends, with their fields")
    func server() throws {
        let dialects: [any Dialect] = [CompactDialect(), OpenAIRealtimeDialect(shape: .ga)]
        for (described, var dialect) in zip(try Self.protocols(), dialects) {
            var sent: Set<String> = []
            let messages = described["server"]?.elements ?? []
            var outgoing: [OutgoingMessage] = []
            for event in Self.events { dialect.encode(event, into: &outgoing) }
            for case .text(let bytes) in outgoing {
                let message = try Self.json(bytes)
                let type = try #require(message["type"]?.string)
                sent.insert(type)
                let fields = messages.first { $0["type"]?.string == type }?["fields"]?.members ?? [:]
                #expect(Set(message.members.keys).subtracting(["type"]).isSubset(of: fields.keys), "\(type)")
            }
            #expect(sent == Set(Self.types(described["server"])))
        }
    }

    @Test("Shows each on the page")
    func page() throws {
        let html = DocumentationPage(DocumentationTests.api).html
        for described in try Self.protocols() {
            for type in Self.types(described["client"]) + Self.types(described["server"]) {
                #expect(html.contains("<td><code>\(type)</code></td>"))
            }
        }
    }

    @Test("Says the version of the build")
    func version() async throws {
        let routes = try DocumentationRoutes()
        let probe = RouterProbe { routes.add(to: $0) }
        let body = try await probe.send(.get, "/openapi.json").body
        #expect(body.contains(#""version": "\#(Release.version)""#))
        #expect(try await probe.send(.get, "/docs").body.contains("Version \(Release.version)"))
    }
}
