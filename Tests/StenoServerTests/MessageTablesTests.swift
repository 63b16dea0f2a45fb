import Audio
import Chat
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
        var settings = SessionSettings(turnDetection: .webRTC)
        settings.resume = ResumeOffer(token: "resume_x", window: .seconds(120))
        let item = SessionEvent.Item(id: "item", range: 0..<160, audio: [1])
        let transcript = Transcript(text: "words")
        return [
            .created(settings), .updated(settings), .speechStarted(itemID: "item", at: 0),
            .speechStopped(itemID: "item", at: 160), .committed(item, previousID: nil), .cleared,
            .interim(itemID: "item", delta: "wor"), .transcribed(item, transcript), .failed(item, .cancelled),
            .retrieved(ConversationItem(id: "item")),
            .deleted(itemID: "item"), .rejected(ClientError(.invalidEvent, "no")),
            .ended(AudioLedger()),
        ] + replies
    }()

    /// Everything that a response may tell.
    private static let replies: [SessionEvent] = {
        func place(_ modality: AssistantSettings.Modality) -> Reply.Place {
            Reply.Place(
                responseID: "r",
                itemID: "i",
                index: 0,
                isOutOfBand: false,
                modality: modality,
                format: .pcm16(rate: 24_000)
            )
        }
        func info(_ status: Reply.Status) -> Reply.Info {
            Reply.Info(
                id: "r",
                status: status,
                isOutOfBand: false,
                modality: .audio,
                format: .pcm16(rate: 24_000),
                metadata: [:]
            )
        }
        func message(_ part: ConversationItem.Part) -> ConversationItem {
            ConversationItem(id: "i", content: .message(.assistant, [part]))
        }
        let (spoken, written) = (message(.audio(transcript: "a")), message(.text("a")))
        let call = ConversationItem(id: "i", content: .call(ChatCall(id: "c", name: "f", arguments: "{}")))
        let replies: [ReplyEvent] = [
            .created(info(.inProgress)), .begun(spoken, place(.audio)), .audio([1], place(.audio)),
            .transcript("a", at: 0, place(.audio)), .ended(spoken, place(.audio)), .begun(written, place(.text)),
            .text("a", place(.text)), .ended(written, place(.text)), .begun(call, place(.audio)),
            .ended(call, place(.audio)), .done(info(.cancelled(.turnDetected))),
            .done(info(.failed(.init(code: "llm_unavailable", message: "No.")))),
        ]
        return replies.map(SessionEvent.reply) + [
            .added(written, previousID: nil), .truncated(itemID: "i", milliseconds: 1), .outputCleared(responseID: "r"),
            .timedOut(itemID: "i", at: 0), .delayed(SessionEvent.Item(id: "i", range: 0..<1)),
            .resumed(ResumePoint(acceptedBytes: 1, replayed: 2, lost: 0)),
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
            let update = #"{"type":"session.update","session":{"speech_events":true}}"#
            var commands: [ClientCommand] = []
            dialect.decode(text: Array(update.utf8).span, into: &commands)
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

    @Test("Lists the messages of AssemblyAI's old protocol, whose types stand elsewhere")
    func assemblyAI() throws {
        let described = try #require(Self.protocols().first { $0["paths"]?.elements == ["/v2/realtime/ws"] })
        let opening = WireProtocol.Opening(
            query: [("enable_extra_session_information", "true")],
            offeredSubprotocols: [],
            header: { _ in [] }
        )
        var dialect = try WireProtocol.assemblyAI.start(opening, SessionSettings()).dialect
        var commands: [ClientCommand] = []
        dialect.decode(text: Array("{}".utf8).span, into: &commands)
        guard case .invalid(let error) = commands.first else {
            Issue.record("A message of no type is taken")
            return
        }
        let names = error.message.matches(of: #/[a-z]+(_[a-z]+)+/#).map { String($0.output.0) }
        #expect(Self.types(described["client"]).sorted() == names.sorted())

        var outgoing: [OutgoingMessage] = []
        // A mistake of the client would end the session without its last messages.
        for event in Self.events {
            if case .rejected = event { continue }
            dialect.encode(event, into: &outgoing)
        }
        var sent: Set<String> = []
        for case .text(let bytes) in outgoing {
            let message = try Self.json(bytes)
            let type = message["message_type"]?.string ?? "error"
            sent.insert(type)
            let messages = described["server"]?.elements ?? []
            let fields = messages.first { $0["type"]?.string == type }?["fields"]?.members ?? [:]
            let own = Set(message.members.keys).subtracting(["message_type", "text"])
            #expect(own.isSubset(of: fields.keys), "\(type)")
        }
        #expect(sent == Set(Self.types(described["server"])))
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
