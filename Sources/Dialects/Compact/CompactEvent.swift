import Audio
import JSON
import Sessions
import Transcription

/// The messages that tell a client of a session's events, without their `event_id`.
///
/// Fields that have no value are left out, but those of `error` are null: clients read them without asking.
struct CompactEvent {
    typealias Message = [String: JSONValue]

    let tellsSpeech: Bool

    /// `nil` for an event that this protocol does not tell of.
    func message(for event: SessionEvent) -> Message? {
        switch event {
        case .created(let settings):
            guard let offer = settings.resume else { return nil }
            var message: Message = ["type": "session.created", "resume": offer.json]
            message["session_id"] = settings.keptAs.map { .string($0) }
            return message
        case .resumed(let point):
            return [
                "type": "session.resumed", "accepted_bytes": .integer(point.acceptedBytes),
                "replayed_events": .integer(point.replayed), "lost_events": .integer(point.lost),
            ]
        case .interim(let id, let delta):
            return ["type": "response.audio_transcript.delta", "item_id": .string(id), "delta": .string(delta)]
        case .delayed(let item):
            let place = Self.place(of: item)
            return place.merging(["type": "response.audio_transcript.delayed"]) { own, _ in own }
        case .transcribed(let item, let transcript): return transcribed(item, transcript: transcript)
        case .failed(let item, let error):
            let detail = Self.error(
                "server_error",
                code: error.code,
                message: error.description,
                param: nil,
                eventID: nil
            )
            return detail.merging(Self.place(of: item)) { own, _ in own }
        case .rejected(let error):
            return Self.error(
                "invalid_request_error",
                code: error.code.rawValue,
                message: error.message,
                param: error.param,
                eventID: error.eventID
            )
        case .speechStarted(let id, let start) where tellsSpeech:
            return [
                "type": "input_audio_buffer.speech_started", "item_id": .string(id), "start_ms": .milliseconds(start),
            ]
        case .speechStopped(let id, let end) where tellsSpeech:
            return [
                "type": "input_audio_buffer.speech_stopped", "item_id": .string(id), "end_ms": .milliseconds(end),
            ]
        case .reply(let event): return reply(event)
        default: return nil
        }
    }

    private func transcribed(_ item: SessionEvent.Item, transcript: Transcript) -> Message {
        var message = Self.place(of: item)
        message["type"] = "response.audio_transcript.done"
        message["transcript"] = .string(transcript.text)
        message["discard_reason"] = transcript.rejection.map { .string($0.rawValue) }
        message["engine"] = transcript.engine.map { .string($0) }
        message["sample_rate"] = .integer(SampleClock.rate)
        message["audio"] = item.audio.map { .string(Base64.encode(PCM16.bytes($0))) }
        return message
    }

    private func reply(_ event: ReplyEvent) -> Message? {
        switch event {
        case .text(let text, let place), .transcript(let text, _, let place):
            return Self.place("response.text.delta", place, ["delta": .string(text)])
        case .audio(let samples, let place):
            let audio = JSONValue.string(Base64.encode(place.format.bytes(samples)))
            let rate = JSONValue.integer(place.format.rate)
            return Self.place("response.audio.delta", place, ["delta": audio, "sample_rate": rate])
        case .done(let info): return done(info)
        case .created, .begun, .ended: return nil
        }
    }

    private func done(_ info: Reply.Info) -> Message {
        var message: Message = ["type": "response.done", "response_id": .string(info.id)]
        message["text"] = .string(info.output.compactMap(Self.text).joined(separator: " "))
        switch info.status {
        case .inProgress, .completed: message["status"] = "completed"
        case .incomplete(let reason): (message["status"], message["reason"]) = ("incomplete", .string(reason.rawValue))
        case .cancelled(let reason): (message["status"], message["reason"]) = ("cancelled", .string(reason.rawValue))
        case .failed(let failure):
            message["status"] = "failed"
            let detail = Self.error(
                "server_error",
                code: failure.code,
                message: failure.message,
                param: nil,
                eventID: nil
            )
            message["error"] = detail["error"]
        }

        return message
    }

    private static func text(of item: ConversationItem) -> String? {
        guard case .message(_, let parts) = item.content else { return nil }
        return parts.map(\.text).joined(separator: " ")
    }

    private static func place(_ type: String, _ place: Reply.Place, _ fields: Message) -> Message {
        var message = fields
        message["type"] = .string(type)
        message["response_id"] = .string(place.responseID)
        message["item_id"] = .string(place.itemID)
        return message
    }

    private static func place(of item: SessionEvent.Item) -> Message {
        [
            "item_id": .string(item.id), "start_ms": .milliseconds(item.range.lowerBound),
            "end_ms": .milliseconds(item.range.upperBound),
        ]
    }

    /// An error as clients of this protocol read it, and beside it in OpenAI's form.
    private static func error(
        _ type: String,
        code: String,
        message: String,
        param: String?,
        eventID: String?
    ) -> Message {
        [
            "type": "error", "message": .string(message), "code": .string(code),
            "error": [
                "type": .string(type), "code": .string(code), "message": .string(message), "param": .nullable(param),
                "event_id": .nullable(eventID),
            ],
        ]
    }
}
