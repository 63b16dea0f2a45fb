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
        case .created(let settings): [["type": sessionType("created"), "session": session.json(settings)]]
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
        case .committed(let item, let previousID): committed(item, previousID)
        case .cleared: [["type": "input_audio_buffer.cleared"]]
        case .interim(let id, let delta): [self.delta(delta, of: id)]
        case .transcribed(let item, let transcript): transcribed(item, transcript)
        case .failed(let item, let error): [failed(item, error)]
        case .retrieved(let item): [["type": "conversation.item.retrieved", "item": self.item(item)]]
        case .deleted(let id): [["type": "conversation.item.deleted", "item_id": .string(id)]]
        case .rejected(let error): [rejected(error)]
        case .ended: []
        }
    }

    private func sessionType(_ verb: String) -> JSONValue {
        if case .beta(isTranscription: true) = session.shape { return .string("transcription_session." + verb) }
        return .string("session." + verb)
    }

    private func committed(_ item: SessionEvent.Item, _ previousID: String?) -> [Message] {
        let previous = JSONValue.nullable(previousID)
        let committed: Message = [
            "type": "input_audio_buffer.committed", "item_id": .string(item.id), "previous_item_id": previous,
        ]
        func told(_ type: JSONValue) -> Message {
            ["type": type, "previous_item_id": previous, "item": self.item(ConversationItem(id: item.id))]
        }
        return switch session.shape {
        case .ga: [committed, told("conversation.item.added"), told("conversation.item.done")]
        case .beta: [committed, told("conversation.item.created")]
        }
    }

    private func item(_ item: ConversationItem) -> JSONValue {
        var fields: Message = [
            "id": .string(item.id), "type": "message", "status": "completed", "role": "user",
            "content": [["type": "input_audio", "transcript": .nullable(item.transcript)]],
        ]
        if case .beta = session.shape { fields["object"] = "realtime.item" }
        return .object(fields)
    }

    private func transcribed(_ item: SessionEvent.Item, _ transcript: Transcript) -> [Message] {
        let seconds = Double(item.range.count) / Double(SampleClock.rate)
        var completed = transcription(item.id, "completed")
        completed["transcript"] = .string(transcript.text)
        completed["usage"] = ["type": "duration", "seconds": .number(seconds)]
        return transcript.text.isEmpty || isBegun ? [completed] : [delta(transcript.text, of: item.id), completed]
    }

    private func delta(_ text: String, of id: String) -> Message {
        var delta = transcription(id, "delta")
        delta["delta"] = .string(text)
        return delta
    }

    private func failed(_ item: SessionEvent.Item, _ error: TranscriptionError) -> Message {
        var failed = transcription(item.id, "failed")
        failed["error"] = [
            "type": "server_error", "code": .string(error.code), "message": .string(error.description), "param": nil,
        ]
        return failed
    }

    private func transcription(_ itemID: String, _ verb: String) -> Message {
        [
            "type": .string("conversation.item.input_audio_transcription." + verb), "item_id": .string(itemID),
            "content_index": 0,
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
