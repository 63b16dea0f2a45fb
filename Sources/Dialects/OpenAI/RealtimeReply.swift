import Audio
import Chat
import JSON
import Sessions

/// The messages that tell of a response: the ladder of events from `response.created` to `response.done`.
struct RealtimeReply {
    typealias Message = [String: JSONValue]

    let session: RealtimeSession

    private var items: RealtimeItem { RealtimeItem(shape: session.shape) }

    func messages(for event: ReplyEvent) -> [Message] {
        switch event {
        case .created(let info): [["type": "response.created", "response": response(info)]]
        case .begun(let item, let place): begun(item, place: place)
        case .text(let text, let place): [part("output_text.delta", place, ["delta": .string(text)])]
        case .transcript(let text, let start, let place):
            [
                part(
                    "output_audio_transcript.delta",
                    place,
                    ["delta": .string(text), "start_time": .number((start * 1_000).rounded() / 1_000)]
                )
            ]
        case .audio(let samples, let place):
            [part("output_audio.delta", place, ["delta": .string(Base64.encode(place.format.bytes(samples)))])]
        case .ended(let item, let place): ended(item, place: place)
        case .done(let info): [["type": "response.done", "response": response(info)]]
        }
    }

    private var isBeta: Bool {
        if case .beta = session.shape { return true }
        return false
    }

    /// A message about a part of an item; the beta's names have no `output_`.
    private func part(_ type: String, _ place: Reply.Place, _ fields: Message = [:]) -> Message {
        var message = fields
        let name = isBeta && type.hasPrefix("output_") ? String(type.dropFirst("output_".count)) : type
        message["type"] = .string("response." + name)
        message["response_id"] = .string(place.responseID)
        message["item_id"] = .string(place.itemID)
        message["output_index"] = .integer(place.index)
        message["content_index"] = 0
        return message
    }

    private func begun(_ item: ConversationItem, place: Reply.Place) -> [Message] {
        var messages = [outputItem("added", item: item, place: place)]
        if !place.isOutOfBand {
            messages.append(conversationItem(isBeta ? "created" : "added", item, place.previousID))
        }
        if case .message = item.content {
            messages.append(part("content_part.added", place, ["part": content("", modality: place.modality)]))
        }
        return messages
    }

    private func ended(_ item: ConversationItem, place: Reply.Place) -> [Message] {
        var messages: [Message] = []
        switch item.content {
        case .message(_, let parts):
            let text = parts.first?.text ?? ""
            switch place.modality {
            case .audio:
                messages.append(part("output_audio.done", place))
                messages.append(part("output_audio_transcript.done", place, ["transcript": .string(text)]))
            case .text: messages.append(part("output_text.done", place, ["text": .string(text)]))
            }
            messages.append(part("content_part.done", place, ["part": content(text, modality: place.modality)]))
        case .call(let call):
            var delta = part(
                "function_call_arguments.delta",
                place,
                ["call_id": .string(call.id), "delta": .string(call.arguments)]
            )
            var done = part(
                "function_call_arguments.done",
                place,
                ["call_id": .string(call.id), "name": .string(call.name), "arguments": .string(call.arguments)]
            )
            (delta["content_index"], done["content_index"]) = (nil, nil)
            messages += [delta, done]
        case .output: break
        }

        if !place.isOutOfBand, !isBeta { messages.append(conversationItem("done", item, place.previousID)) }
        messages.append(outputItem("done", item: item, place: place))
        return messages
    }

    /// A content part; its types have the short names in both shapes.
    private func content(_ text: String, modality: AssistantSettings.Modality) -> JSONValue {
        switch modality {
        case .audio: ["type": "audio", "transcript": .string(text)]
        case .text: ["type": "text", "text": .string(text)]
        }
    }

    private func outputItem(_ verb: String, item: ConversationItem, place: Reply.Place) -> Message {
        [
            "type": .string("response.output_item." + verb), "response_id": .string(place.responseID),
            "output_index": .integer(place.index), "item": items.json(item),
        ]
    }

    func conversationItem(_ verb: String, _ item: ConversationItem, _ previousID: String?) -> Message {
        [
            "type": .string("conversation.item." + verb), "previous_item_id": .nullable(previousID),
            "item": items.json(item),
        ]
    }

    private func response(_ info: Reply.Info) -> JSONValue {
        var response: Message = [
            "object": "realtime.response", "id": .string(info.id),
            "output": .array(info.output.map(items.json)),
            "conversation_id": info.isOutOfBand ? nil : .string(session.conversationID),
            "metadata": info.metadata.isEmpty ? nil : .object(info.metadata.mapValues { .string($0) }),
            "usage": info.usage.map(Self.usage) ?? nil,
        ]
        (response["status"], response["status_details"]) = Self.status(info.status)
        let maximum = info.maximumTokens.map { JSONValue.integer($0) } ?? "inf"
        let voice = JSONValue.string(info.voice ?? RealtimeSession.defaultVoice)
        if isBeta {
            response["modalities"] = RealtimeSession.betaModalities(info.modality)
            response["voice"] = voice
            response["output_audio_format"] = RealtimeSession.betaFormat(info.format)
            response["max_output_tokens"] = maximum
        } else {
            response["output_modalities"] = [.string(info.modality.rawValue)]
            response["max_output_tokens"] = maximum
            response["audio"] = ["output": ["format": RealtimeSession.format(info.format), "voice": voice]]
        }

        return .object(response)
    }

    private static func status(_ status: Reply.Status) -> (JSONValue, JSONValue) {
        switch status {
        case .inProgress: ("in_progress", nil)
        case .completed: ("completed", nil)
        case .cancelled(let reason): ("cancelled", ["type": "cancelled", "reason": .string(reason.rawValue)])
        case .incomplete(let reason): ("incomplete", ["type": "incomplete", "reason": .string(reason.rawValue)])
        case .failed(let failure):
            (
                "failed",
                [
                    "type": "failed",
                    "error": [
                        "type": "server_error", "code": .string(failure.code), "message": .string(failure.message),
                    ],
                ]
            )
        }
    }

    private static func usage(_ usage: ChatUsage) -> JSONValue {
        [
            "total_tokens": .integer(usage.input + usage.output), "input_tokens": .integer(usage.input),
            "output_tokens": .integer(usage.output),
            "input_token_details": [
                "text_tokens": .integer(usage.input), "audio_tokens": 0, "image_tokens": 0,
                "cached_tokens": .integer(usage.cached),
                "cached_tokens_details": [
                    "text_tokens": .integer(usage.cached), "audio_tokens": 0, "image_tokens": 0,
                ],
            ],
            "output_token_details": ["text_tokens": .integer(usage.output), "audio_tokens": 0],
        ]
    }
}
