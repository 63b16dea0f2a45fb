import Audio
import JSON
public import Sessions
import SpeechDetection

/// Steno's own protocol, on the paths `/` and `/ws`.
///
/// Text messages are JSON objects with a `type`; binary messages are PCM16LE at the session's rate.
/// `docs/protocol.md` lists every message.
public struct CompactDialect: Dialect {
    public static let name = "compact"

    private let maximumPrompt: Int
    private let makeEventID: @Sendable () -> String
    private var reader = MessageDecoder()
    /// Whether the client wants to know when somebody begins to speak and stops.
    private var tellsSpeech = false

    /// - Parameters:
    ///   - maximumPrompt: Bytes that a prompt may have.
    ///   - makeEventID: Names events; random by default.
    public init(
        maximumPrompt: Int = SessionSettings.defaultMaximumPrompt,
        makeEventID: @escaping @Sendable () -> String = { Identifier.random("event") }
    ) {
        self.maximumPrompt = maximumPrompt
        self.makeEventID = makeEventID
    }

    public mutating func decode(text: Span<UInt8>, into commands: inout [ClientCommand]) {
        do throws(ClientError) {
            commands.append(command(try reader.read(text)))
        } catch {
            commands.append(.invalid(error))
        }
    }

    public mutating func decode(binary: Span<UInt8>, into commands: inout [ClientCommand]) {
        commands.append(.append(audio: reader.copy(binary), rate: nil))
    }

    public func encode(_ event: SessionEvent, into messages: inout [OutgoingMessage]) {
        let message: [String: JSONValue]?
        if case .updated(let settings) = event {
            message = CompactSession(settings: settings, tellsSpeech: tellsSpeech).message
        } else {
            message = CompactEvent(tellsSpeech: tellsSpeech).message(for: event)
        }
        guard var message else { return }
        message["event_id"] = .string(makeEventID())
        messages.append(.text(JSONValue.object(message).text))
    }

    /// What the query of the WebSocket's URL asks for: `assistant`, `include_audio`, `interim`, `language`,
    /// `sample_rate`, `speech_events`, `character`, `instance`, `user`.
    ///
    /// Other names are ignored: proxies and clients add their own.
    public mutating func update(query: [(name: String, value: String)]) throws(ClientError) -> SessionUpdate {
        var values: [String: JSONValue] = [:]
        for (name, value) in query {
            switch (Self.flags.contains(name) ? "flag" : name, value) {
            case ("flag", "true"), ("flag", "1"): values[name] = .bool(true)
            case ("flag", "false"), ("flag", "0"): values[name] = .bool(false)
            case ("sample_rate", _): values[name] = Double(value).map { .number($0) } ?? .string(value)
            default: values[name] = .string(value)
            }
        }

        let fields = JSONFields(values: values)
        var update = try settings(fields)
        if let choice = try fields.character() {
            update.assistant.character = .some(choice)
            update.answers = update.answers ?? true
        }

        return update
    }

    private static let flags: Set = ["assistant", "include_audio", "interim", "speech_events"]

    private mutating func command(_ message: ClientMessage) -> ClientCommand {
        let fields = message.fields
        var eventID: String?
        do throws(ClientError) {
            eventID = try fields.eventID()
            if message.isAppend { return try append(message) }

            guard case .string(let type) = fields.values["type"] else {
                throw ClientError(.invalidEvent, "The message must have a 'type' that is a string.", param: "type")
            }
            switch type {
            case "input_audio_buffer.commit": return .commit(eventID: eventID)
            case "input_audio_buffer.clear": return .clear
            case "response.cancel": return .cancelResponse(id: nil, eventID: eventID)
            case "session.update":
                guard let session = try fields.object("session") else {
                    throw fields.wrong("session", "an object")
                }
                var update = try settings(session)
                update.eventID = eventID
                return .update(update)
            default:
                let known =
                    "input_audio_buffer.append, input_audio_buffer.commit, input_audio_buffer.clear, response.cancel, session.update"
                throw ClientError(.unknownEvent, "The type is none of \(known).", param: "type")
            }
        } catch {
            var error = error
            error.eventID = eventID
            return .invalid(error)
        }
    }

    private func append(_ message: ClientMessage) throws(ClientError) -> ClientCommand {
        let audio = try message.audio(
            orThrow: message.fields.wrong("audio", "a base64 string"),
            orElse: .invalidAudio
        )
        let rate = try message.fields.integer("sample_rate", in: AudioIntake.rates)
        return .append(audio: audio, rate: rate)
    }

    private mutating func settings(_ fields: JSONFields) throws(ClientError) -> SessionUpdate {
        var update = SessionUpdate()
        update.language = try fields.language()
        update.prompt = try fields.nullableString("prompt", maximum: maximumPrompt)
        switch fields.values["noise_reduction"] {
        case nil: break
        case .null: update.noiseReduction = .some(nil)
        case _?: update.noiseReduction = .some(try fields.choice("noise_reduction"))
        }

        update.gainControl = try fields.bool("gain_control")
        update.enhancedListener = try fields.choice("enhancement_for")
        update.includesAudio = try fields.bool("include_audio")
        update.wantsInterim = try fields.bool("interim")
        update.inputFormat = try fields.integer("sample_rate", in: AudioIntake.rates).map { .pcm16(rate: $0) }

        // The assistant speaks at the rate at which it hears.
        update.assistant.outputFormat = update.inputFormat
        try readAssistant(fields, into: &update)
        if let tells = try fields.bool("speech_events") { tellsSpeech = tells }
        switch try fields.nullableObject("turn_detection") {
        case nil: break
        case .some(nil): update.turnDetection = .off
        case .some(let rules?): update.turnDetection = try turnDetection(rules)
        }

        return update
    }

    /// Reads `assistant`: true or an object for one that answers, false or null for none.
    private func readAssistant(_ fields: JSONFields, into update: inout SessionUpdate) throws(ClientError) {
        switch fields.values["assistant"] {
        case nil: break
        case .bool(let answers): update.answers = answers
        case .null: update.answers = false
        case .object:
            guard let assistant = try fields.object("assistant") else { break }
            update.answers = true
            update.assistant.instructions = try assistant.string("instructions")
            update.assistant.voice = try assistant.string("voice", maximum: JSONFields.maximumName)
            update.assistant.modality = try assistant.bool("speech").map { $0 ? .audio : .text }
            if assistant.values["character"] == .null {
                update.assistant.character = .some(nil)
            } else if let choice = try assistant.character() {
                update.assistant.character = .some(choice)
            }
        case _?: throw fields.wrong("assistant", "true, false, null or an object")
        }
    }

    /// What a `turn_detection` object asks for; nothing when it is empty.
    private func turnDetection(_ fields: JSONFields) throws(ClientError) -> TurnDetectionUpdate? {
        if fields.values.isEmpty { return nil }
        if fields.values["type"] == "none" { return .off }
        var change = TurnDetectionUpdate.Change()
        for field in CompactTurnField.all { try field.read(fields, &change) }
        return .on(change)
    }
}
