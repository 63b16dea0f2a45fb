import Audio
import FoundationEssentials
package import JSON
public import Sessions

/// OpenAI's Realtime protocol, transcription sessions: the current shape (GA), and the beta one that came before.
///
/// Sources: OpenAI's API reference for realtime client and server events, and the types of its Python package 3.57. One
/// value serves one connection: it knows the session's name and which shape its client reads.
public struct OpenAIRealtimeDialect: Dialect {
    public static let name = "openai-realtime"

    /// Which names and structures the client reads.
    public enum Shape: Sendable {
        case ga
        /// The beta's flat session; `isTranscription` names session events `transcription_session.…`.
        case beta(isTranscription: Bool)
    }

    private let id: String
    private let expiry: Int
    private let makeEventID: @Sendable () -> String
    private let initialShape: Shape
    private let maximumPrompt: Int
    private var shape: Shape
    private var reader = MessageDecoder()
    /// Items of which text was told before their transcript.
    private var begun: Set<String> = []

    public var sessionID: String? { id }

    /// - Parameters:
    ///   - shape: What the client asked for at the handshake; a beta client may still say so later, by its first update.
    ///   - maximumPrompt: Bytes that a prompt may have.
    ///   - expiry: What the client is told of the session's end, in seconds since 1970; in thirty days if left out.
    public init(
        shape: Shape,
        maximumPrompt: Int = SessionSettings.defaultMaximumPrompt,
        sessionID: String = Identifier.random("sess"),
        expiry: Int? = nil,
        makeEventID: @escaping @Sendable () -> String = { Identifier.random("event") }
    ) {
        id = sessionID
        self.makeEventID = makeEventID
        initialShape = shape
        self.maximumPrompt = maximumPrompt
        self.shape = shape
        self.expiry = expiry ?? Int(Date().timeIntervalSince1970) + Self.lifetime
    }

    /// Sessions do not expire here, but clients plan a new one by the time that they are told.
    private static let lifetime = 30 * 24 * 3_600

    public mutating func decode(text: Span<UInt8>, into commands: inout [ClientCommand]) {
        do throws(ClientError) {
            let request = RealtimeRequest(try reader.read(text), maximumPrompt: maximumPrompt)
            if request.isBeta { shape = .beta(isTranscription: true) }
            commands += request.commands
        } catch {
            commands.append(.invalid(error))
        }
    }

    public func decode(binary: Span<UInt8>, into commands: inout [ClientCommand]) {
        let message =
            "Binary messages are not part of this protocol. Send audio as base64 in input_audio_buffer.append."
        commands.append(.invalid(ClientError(.invalidEvent, message)))
    }

    public mutating func encode(_ event: SessionEvent, into messages: inout [OutgoingMessage]) {
        // The first message goes out in the shape of the handshake, however soon the client's own came.
        var shape = shape
        if case .created = event { shape = initialShape }
        var events = RealtimeEvents(session: session(shape))
        switch event {
        case .interim(let id, _): begun.insert(id)
        case .transcribed(let item, _), .failed(let item, _): events.isBegun = begun.remove(item.id) != nil
        default: break
        }

        for var fields in events.messages(for: event) {
            fields["event_id"] = .string(makeEventID())
            messages.append(.text(JSONValue.object(fields).text))
        }
    }
}

extension OpenAIRealtimeDialect {
    /// What the query of the WebSocket's URL asks for.
    ///
    /// `model` names a transcription model together with `intent=transcription`, or when its name says so; else it names
    /// one for conversations and asks for one. Azure's clients call it `deployment`. `character`, `instance` and `user`
    /// name a character that converses, as `model=character:NAME` does.
    public static func update(query: [(name: String, value: String)]) throws(ClientError) -> SessionUpdate {
        var update = SessionUpdate()
        let values = Dictionary(query.map { ($0.name, $0.value) }) { first, _ in first }
        func text(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
        let named = text("model") ?? text("deployment")
        let transcribes = values["intent"] == "transcription" || named.map(Self.namesTranscription) == true
        if let model = text("transcription_model") { update.model = .some(model) }
        if let named, transcribes, update.model == nil { update.model = .some(named) }
        if let named, !transcribes {
            update.answers = true
            update.assistant.model = named
        }

        try RealtimeCharacter.read(query: values, model: named, into: &update)
        let language = values["language"].map { ["language": JSONValue.string($0)] }
        update.language = try JSONFields(values: language ?? [:]).language()
        return update
    }

    /// Whether a model's name is that of one which only transcribes.
    private static func namesTranscription(_ model: String) -> Bool {
        let model = model.lowercased()
        return model.contains("whisper") || model.contains("transcribe")
    }

    /// Reads the members of a `session` object as clients send it when they ask for a secret.
    package func update(session: [String: JSONValue]) throws(ClientError) -> SessionUpdate {
        let fields = JSONFields(values: session, path: "session.")
        return try RealtimeSessionFields(fields, maximumPrompt: maximumPrompt).update()
    }

    /// The `session` object that describes `settings`.
    package func session(_ settings: SessionSettings) -> JSONValue { session(initialShape).json(settings) }

    private func session(_ shape: Shape) -> RealtimeSession {
        RealtimeSession(id: id, expiry: expiry, shape: shape)
    }
}
