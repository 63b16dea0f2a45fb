import JSON
import Sessions

/// A client's message, understood.
struct RealtimeRequest {
    /// Audio of an item comes before the item.
    let commands: [ClientCommand]
    /// Whether it shows that the client reads the beta's shape.
    let isBeta: Bool

    private static let types = [
        "session.update", "transcription_session.update", "input_audio_buffer.append", "input_audio_buffer.commit",
        "input_audio_buffer.clear", "conversation.item.create", "conversation.item.retrieve",
        "conversation.item.truncate", "conversation.item.delete", "response.create", "response.cancel",
        "output_audio_buffer.clear",
    ]

    init(_ message: ClientMessage, maximumPrompt: Int) {
        var eventID: String?
        do throws(ClientError) {
            eventID = try message.fields.eventID()
            commands = try Self.commands(message, eventID: eventID, maximumPrompt: maximumPrompt)
            isBeta = message.fields.values["type"] == .string(Self.betaUpdate)
        } catch {
            var error = error
            error.eventID = eventID
            commands = [.invalid(error)]
            isBeta = false
        }
    }

    private static let betaUpdate = "transcription_session.update"

    private static func commands(
        _ message: ClientMessage,
        eventID: String?,
        maximumPrompt: Int
    ) throws(ClientError) -> [ClientCommand] {
        if message.fields.values["type"] == "conversation.item.create" {
            return try creation(message.fields, eventID: eventID)
        }
        return [try command(message, eventID: eventID, maximumPrompt: maximumPrompt)]
    }

    /// A new item, behind the audio of it that is to be transcribed.
    private static func creation(_ fields: JSONFields, eventID: String?) throws(ClientError) -> [ClientCommand] {
        guard let item = try fields.object("item") else { throw fields.missing("item") }
        let previous = try fields.nullableString("previous_item_id", maximum: JSONFields.maximumName) ?? nil
        var audio: [UInt8]?
        let created = try RealtimeItem.read(item, audio: &audio)
        let creation = ClientCommand.create(created, after: previous == "root" ? "" : previous, eventID: eventID)
        return (audio.map { [.itemAudio($0)] } ?? []) + [creation]
    }

    private static func command(
        _ message: ClientMessage,
        eventID: String?,
        maximumPrompt: Int
    ) throws(ClientError) -> ClientCommand {
        let fields = message.fields
        if message.isAppend { return try append(message) }

        guard let type = try fields.string("type") else { throw fields.missing("type") }
        switch type {
        case "input_audio_buffer.commit": return .commit(eventID: eventID)
        case "input_audio_buffer.clear": return .clear
        case "session.update", betaUpdate:
            var update = try update(fields, maximumPrompt: maximumPrompt)
            update.eventID = eventID
            return .update(update)
        case "conversation.item.retrieve": return .retrieve(itemID: try itemID(fields), eventID: eventID)
        case "conversation.item.delete": return .delete(itemID: try itemID(fields), eventID: eventID)
        case "conversation.item.truncate":
            guard let end = try fields.number("audio_end_ms", in: 0...1e12) else {
                throw fields.missing("audio_end_ms")
            }
            return .truncate(itemID: try itemID(fields), milliseconds: Int(min(end, 1e9)), eventID: eventID)
        case "response.create":
            let response = try fields.object("response") ?? JSONFields(values: [:], path: "response.")
            return .respond(try RealtimeReplyRequest(fields: response).request(), eventID: eventID)
        case "response.cancel":
            let id = try fields.nullableString("response_id", maximum: JSONFields.maximumName) ?? nil
            return .cancelResponse(id: id, eventID: eventID)
        case "output_audio_buffer.clear": return .clearOutput(eventID: eventID)
        default:
            throw ClientError(
                .invalidValue,
                "'\(type)' is not a type of message. Known are: \(types.joined(separator: ", ")).",
                param: "type"
            )
        }
    }

    private static func itemID(_ fields: JSONFields) throws(ClientError) -> String {
        guard let id = try fields.string("item_id", maximum: JSONFields.maximumName) else {
            throw fields.missing("item_id")
        }
        return id
    }

    private static func append(_ message: ClientMessage) throws(ClientError) -> ClientCommand {
        // A value of another type has its own words.
        _ = try message.fields.string("audio")
        let audio = try message.audio(orThrow: message.fields.missing("audio"), orElse: .invalidValue)
        return .append(audio: audio, rate: nil)
    }

    private static func update(_ fields: JSONFields, maximumPrompt: Int) throws(ClientError) -> SessionUpdate {
        guard let session = try fields.object("session") else { throw fields.missing("session") }
        return try RealtimeSessionFields(session, maximumPrompt: maximumPrompt).update()
    }
}
