import Audio
import Chat
import JSON
import Sessions

/// An item of a conversation on the wire, in either shape.
struct RealtimeItem {
    let shape: OpenAIRealtimeDialect.Shape

    private var isBeta: Bool {
        if case .beta = shape { return true }
        return false
    }

    func json(_ item: ConversationItem) -> JSONValue {
        var fields: [String: JSONValue] = ["id": .string(item.id), "status": .string(item.status.rawValue)]
        if isBeta { fields["object"] = "realtime.item" }
        switch item.content {
        case .message(let role, let parts):
            fields["type"] = "message"
            fields["role"] = .string(role.rawValue)
            fields["content"] = .array(parts.map { part($0, of: role) })
        case .call(let call):
            fields["type"] = "function_call"
            fields["call_id"] = .string(call.id)
            fields["name"] = .string(call.name)
            fields["arguments"] = .string(call.arguments)
        case .output(let callID, let text):
            fields["type"] = "function_call_output"
            fields["call_id"] = .string(callID)
            fields["output"] = .string(text)
        }

        return .object(fields)
    }

    private func part(_ part: ConversationItem.Part, of role: ConversationItem.Role) -> JSONValue {
        switch (part, role) {
        case (.text(let text), .assistant): ["type": isBeta ? "text" : "output_text", "text": .string(text)]
        case (.text(let text), _): ["type": "input_text", "text": .string(text)]
        case (.audio(let transcript), .assistant):
            ["type": isBeta ? "audio" : "output_audio", "transcript": .string(transcript ?? "")]
        case (.audio(let transcript), _): ["type": "input_audio", "transcript": .nullable(transcript)]
        }
    }

    /// Reads an item that a client sends; it has no name where the client gave none.
    ///
    /// - Parameter audio: Gets the bytes of the part that is to be transcribed.
    static func read(_ fields: JSONFields, audio: inout [UInt8]?) throws(ClientError) -> ConversationItem {
        let id = try fields.string("id", maximum: JSONFields.maximumName) ?? ""
        guard let type = try fields.string("type") else { throw fields.missing("type") }
        switch type {
        case "message": return ConversationItem(id: id, content: try message(fields, audio: &audio))
        case "function_call":
            guard let name = try fields.string("name", maximum: JSONFields.maximumName) else {
                throw fields.missing("name")
            }
            let callID = try fields.string("call_id", maximum: JSONFields.maximumName) ?? Identifier.random("call")
            let arguments = try fields.string("arguments") ?? "{}"
            return ConversationItem(id: id, content: .call(ChatCall(id: callID, name: name, arguments: arguments)))
        case "function_call_output":
            guard let callID = try fields.string("call_id", maximum: JSONFields.maximumName) else {
                throw fields.missing("call_id")
            }
            guard let output = try fields.string("output") else { throw fields.missing("output") }
            return ConversationItem(id: id, content: .output(callID: callID, output))
        default: throw fields.wrong("type", "'message', 'function_call' or 'function_call_output'")
        }
    }

    private static func message(
        _ fields: JSONFields,
        audio: inout [UInt8]?
    ) throws(ClientError) -> ConversationItem.Content {
        guard let role: ConversationItem.Role = try fields.choice("role") else { throw fields.missing("role") }
        guard case .array(let content)? = fields.values["content"] else { throw fields.wrong("content", "an array") }
        var parts: [ConversationItem.Part] = []
        for (index, entry) in content.enumerated() {
            let part = JSONFields(values: entry.members, path: fields.path + "content[\(index)].")
            if let part = try read(part: part, of: role, &audio) { parts.append(part) }
        }
        return .message(role, parts)
    }

    /// A part of a message; nothing for an image, which the assistant cannot see.
    private static func read(
        part: JSONFields,
        of role: ConversationItem.Role,
        _ audio: inout [UInt8]?
    ) throws(ClientError) -> ConversationItem.Part? {
        guard let type = try part.string("type") else { throw part.missing("type") }

        switch type {
        case "input_text", "output_text", "text":
            guard let text = try part.string("text") else { throw part.missing("text") }
            return .text(text)
        case "input_audio", "output_audio", "audio":
            let transcript = try part.nullableString("transcript") ?? nil
            let bytes = try part.nullableString("audio") ?? nil
            if let transcript, !transcript.isEmpty || bytes == nil { return .audio(transcript: transcript) }
            audio = try decode(bytes, part: part, of: role, isFirst: audio == nil)
            return .audio(transcript: nil)
        case "input_image": return nil
        default: throw part.wrong("type", "'input_text', 'input_audio' or 'output_text'")
        }
    }

    /// The audio of a part that has no transcript.
    private static func decode(
        _ audio: String?,
        part: JSONFields,
        of role: ConversationItem.Role,
        isFirst: Bool
    ) throws(ClientError) -> [UInt8] {
        func refused(_ message: String) -> ClientError {
            ClientError(.invalidValue, message, param: part.path + "audio")
        }
        guard role == .user else { throw refused("Audio of the \(role.rawValue) needs a 'transcript'.") }
        guard let audio else { throw refused("Audio in an item needs 'audio' in base64, or a 'transcript'.") }
        guard isFirst else {
            throw refused("One part of an item may be audio that is to be transcribed. Send one item for each.")
        }
        var bytes: [UInt8] = []
        guard Base64.decode(Array(audio.utf8).span, into: &bytes) else {
            throw refused("'audio' is not base64; nothing of this message was taken.")
        }
        return bytes
    }
}
