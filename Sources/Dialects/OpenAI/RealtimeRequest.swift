import JSON
import Sessions

/// A client's message, understood.
struct RealtimeRequest {
    let command: ClientCommand
    /// Whether it shows that the client reads the beta's shape.
    let isBeta: Bool

    private static let types = [
        "session.update", "transcription_session.update", "input_audio_buffer.append", "input_audio_buffer.commit",
        "input_audio_buffer.clear", "conversation.item.retrieve", "conversation.item.delete",
    ]

    init(_ message: ClientMessage, maximumPrompt: Int) {
        var eventID: String?
        do throws(ClientError) {
            eventID = try message.fields.eventID()
            command = try Self.command(message, eventID: eventID, maximumPrompt: maximumPrompt)
            isBeta = message.fields.values["type"] == .string(Self.betaUpdate)
        } catch {
            var error = error
            error.eventID = eventID
            command = .invalid(error)
            isBeta = false
        }
    }

    private static let betaUpdate = "transcription_session.update"

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
        case "session.update", betaUpdate: return .update(try update(fields, maximumPrompt: maximumPrompt))
        case "conversation.item.retrieve":
            guard let id = try fields.string("item_id", maximum: JSONFields.maximumName) else {
                throw fields.missing("item_id")
            }
            return .retrieve(itemID: id, eventID: eventID)
        case "conversation.item.delete":
            guard let id = try fields.string("item_id", maximum: JSONFields.maximumName) else {
                throw fields.missing("item_id")
            }
            return .delete(itemID: id, eventID: eventID)
        default: throw refusal(of: type)
        }
    }

    /// Why a message that this session has no command for is refused.
    private static func refusal(of type: String) -> ClientError {
        switch type {
        case "response.cancel":
            ClientError(
                .responseCancel,
                "There is no response to cancel: this session transcribes and does not answer."
            )
        case "conversation.item.truncate":
            ClientError(
                .itemTruncate,
                "Only audio of the assistant can be truncated, and a transcription session has none.",
                param: "item_id"
            )
        case "response.create", "conversation.item.create", "output_audio_buffer.clear":
            ClientError(
                .invalidValue,
                "'\(type)' is not part of a transcription session, which transcribes and does not answer.",
                param: "type"
            )
        default:
            ClientError(
                .invalidValue,
                "'\(type)' is not a type of message. Known are: \(types.joined(separator: ", ")).",
                param: "type"
            )
        }
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
