import JSON
import Sessions

/// A client's message, understood.
struct RealtimeRequest {
    let command: ClientCommand

    private static let types = [
        "session.update", "transcription_session.update", "input_audio_buffer.append", "input_audio_buffer.commit",
        "input_audio_buffer.clear", "conversation.item.retrieve", "conversation.item.delete",
    ]

    /// - Parameter noteBeta: Called when the message shows that the client reads the beta's shape.
    init(_ fields: JSONFields, noteBeta: () -> Void) {
        var eventID: String?
        if case .string(let id)? = fields.values["event_id"] { eventID = id }
        do throws(ClientError) {
            command = try Self.command(fields, eventID: eventID, noteBeta: noteBeta)
        } catch {
            var error = error
            error.eventID = eventID
            command = .invalid(error)
        }
    }

    private static func command(
        _ fields: JSONFields,
        eventID: String?,
        noteBeta: () -> Void
    ) throws(ClientError) -> ClientCommand {
        guard let type = try fields.string("type") else { throw fields.missing("type") }
        switch type {
        case "input_audio_buffer.append": return try append(fields)
        case "input_audio_buffer.commit": return .commit(eventID: eventID)
        case "input_audio_buffer.clear": return .clear
        case "session.update": return .update(try update(fields))
        case "transcription_session.update":
            let update = try update(fields)
            noteBeta()
            return .update(update)
        case "conversation.item.retrieve":
            guard let id = try fields.string("item_id") else { throw fields.missing("item_id") }
            return .retrieve(itemID: id, eventID: eventID)
        case "conversation.item.delete":
            guard let id = try fields.string("item_id") else { throw fields.missing("item_id") }
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

    private static func append(_ fields: JSONFields) throws(ClientError) -> ClientCommand {
        guard let text = try fields.string("audio") else { throw fields.missing("audio") }
        return .append(audio: try fields.bytes(of: text, in: "audio", elseThrow: .invalidValue), rate: nil)
    }

    private static func update(_ fields: JSONFields) throws(ClientError) -> SessionUpdate {
        guard let session = try fields.object("session") else { throw fields.missing("session") }
        return try RealtimeSessionFields(session).update()
    }
}
