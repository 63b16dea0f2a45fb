import Audio
import JSON
import Sessions
import Transcription

/// The messages that tell a client of a session's events, without their `event_id`.
struct RealtimeEvents {
    typealias Message = [String: JSONValue]

    let session: RealtimeSession
    /// Whether text of the event's item has been told already.
    var isBegun = false

    func messages(for event: SessionEvent) -> [Message] {
        switch event {
        case .created(let settings): [created(settings)]
        case .updated(let settings): [["type": sessionType("updated"), "session": session.json(settings)]]
        case .speechStarted(let id, let start):
            [
                [
                    "type": "input_audio_buffer.speech_started", "item_id": .string(id),
                    "audio_start_ms": .milliseconds(start),
                ]
            ]
        case .speechStopped(let id, let end):
            [["type": "input_audio_buffer.speech_stopped", "item_id": .string(id), "audio_end_ms": .milliseconds(end)]]
        case .committed(let item, let previousID): committed(item, previousID: previousID)
        case .cleared: [["type": "input_audio_buffer.cleared"]]
        case .interim(let id, let delta): [self.delta(delta, of: id)]
        case .transcribed(let item, let transcript): transcribed(item, transcript: transcript)
        case .failed(let item, let error): [failed(item, error: error)]
        case .retrieved(let item): [["type": "conversation.item.retrieved", "item": items.json(item)]]
        case .deleted(let id): [["type": "conversation.item.deleted", "item_id": .string(id)]]
        case .added(let item, let previousID): added(item, previousID: previousID)
        case .truncated(let id, let milliseconds):
            [
                [
                    "type": "conversation.item.truncated", "item_id": .string(id), "content_index": 0,
                    "audio_end_ms": .integer(milliseconds),
                ]
            ]
        case .outputCleared(let id): [["type": "output_audio_buffer.cleared", "response_id": .string(id ?? "")]]
        case .timedOut(let id, let position):
            [
                [
                    "type": "input_audio_buffer.timeout_triggered", "item_id": .string(id),
                    "audio_start_ms": .milliseconds(position), "audio_end_ms": .milliseconds(position),
                ]
            ]
        case .reply(let event): RealtimeReply(session: session).messages(for: event)
        case .rejected(let error): [rejected(error)]
        // Its clients know no message for it; the headers of the handshake tell what there is to tell.
        case .resumed, .delayed, .ended: []
        }
    }

    private func created(_ settings: SessionSettings) -> Message {
        var message: Message = ["type": sessionType("created"), "session": session.json(settings)]
        message["resume"] = settings.resume?.json
        return message
    }

    private func sessionType(_ verb: String) -> JSONValue {
        if case .beta(isTranscription: true) = session.shape { return .string("transcription_session." + verb) }
        return .string("session." + verb)
    }

    private func committed(_ item: SessionEvent.Item, previousID: String?) -> [Message] {
        let previous = JSONValue.nullable(previousID)
        let committed: Message = [
            "type": "input_audio_buffer.committed", "item_id": .string(item.id), "previous_item_id": previous,
        ]
        return [committed] + added(ConversationItem(id: item.id), previousID: previousID)
    }

    private func added(_ item: ConversationItem, previousID: String?) -> [Message] {
        let reply = RealtimeReply(session: session)
        return switch session.shape {
        case .ga:
            [reply.conversationItem("added", item, previousID), reply.conversationItem("done", item, previousID)]
        case .beta: [reply.conversationItem("created", item, previousID)]
        }
    }

    private var items: RealtimeItem { RealtimeItem(shape: session.shape) }

    private func transcribed(_ item: SessionEvent.Item, transcript: Transcript) -> [Message] {
        let seconds = Double(item.range.count) / Double(SampleClock.rate)
        var completed = transcription(item.id, contentIndex: item.contentIndex, verb: "completed")
        completed["transcript"] = .string(transcript.text)
        completed["usage"] = ["type": "duration", "seconds": .number(seconds)]
        return transcript.text.isEmpty || isBegun
            ? [completed] : [delta(transcript.text, of: item.id, item.contentIndex), completed]
    }

    private func delta(_ text: String, of id: String, _ contentIndex: Int = 0) -> Message {
        var delta = transcription(id, contentIndex: contentIndex, verb: "delta")
        delta["delta"] = .string(text)
        return delta
    }

    private func failed(_ item: SessionEvent.Item, error: TranscriptionError) -> Message {
        var failed = transcription(item.id, contentIndex: item.contentIndex, verb: "failed")
        failed["error"] = [
            "type": "server_error", "code": .string(error.code), "message": .string(error.description), "param": nil,
        ]
        return failed
    }

    private func transcription(_ itemID: String, contentIndex: Int, verb: String) -> Message {
        [
            "type": .string("conversation.item.input_audio_transcription." + verb), "item_id": .string(itemID),
            "content_index": .integer(contentIndex),
        ]
    }

    private func rejected(_ error: ClientError) -> Message {
        [
            "type": "error",
            "error": [
                "type": "invalid_request_error", "code": .string(error.code.rawValue),
                "message": .string(error.message), "param": .nullable(error.param),
                "event_id": .nullable(error.eventID),
            ],
        ]
    }
}
