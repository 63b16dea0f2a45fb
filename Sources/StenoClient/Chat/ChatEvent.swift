import Audio
import JSON

/// What a server of OpenAI's Realtime protocol says, as far as a conversation at the terminal needs it.
enum ChatEvent: Equatable {
    /// A failure in the server's own words.
    struct Failure: Equatable {
        var message: String
        var code: String?
    }

    enum Outcome: Equatable {
        case completed
        /// The user spoke, or the client asked for it.
        case cancelled
        /// The answer ends early, by the reason that is named.
        case incomplete(reason: String)
        case failed(Failure)
    }

    case created
    /// The session has the settings that were asked for.
    case updated
    case speechStarted
    case speechStopped
    /// What was spoken or typed has become an item.
    case committed(item: String)
    case hearing(item: String, delta: String)
    case heard(item: String, transcript: String)
    case unheard(item: String, Failure)
    case answerStarted(response: String)
    case saying(response: String, delta: String)
    case speech(item: String, [Int16])
    /// All the audio of the item has come.
    case speechEnded(item: String)
    case answerEnded(response: String, Outcome)
    /// An error that answers a message; `cause` is the message's `event_id`.
    case refused(Failure, cause: String?)
    case other

    /// Reads one message.
    ///
    /// Throws `StenoClientError.protocolViolation`.
    init(parsing text: String) throws(StenoClientError) {
        func violation() -> StenoClientError {
            .protocolViolation("an event that cannot be read: \(printable(String(text.prefix(80))))")
        }
        let bytes = Array(text.utf8)
        guard let json = try? JSONValue(parsing: bytes.span), let type = json["type"]?.string else {
            throw violation()
        }
        guard
            let event = Self.session(type, json: json) ?? Self.input(type, json: json) ?? Self.answer(type, json: json)
        else {
            self = .other
            return
        }

        self = event
    }

    private static func session(_ type: String, json: JSONValue) -> ChatEvent? {
        switch type {
        case "session.created": .created
        case "session.updated": .updated
        case "error": .refused(failure(json["error"]), cause: json["error"]?["event_id"]?.string)
        default: nil
        }
    }

    private static func input(_ type: String, json: JSONValue) -> ChatEvent? {
        let item = json["item_id"]?.string ?? ""
        return switch type {
        case "input_audio_buffer.speech_started": .speechStarted
        case "input_audio_buffer.speech_stopped": .speechStopped
        case "input_audio_buffer.committed": .committed(item: item)
        case "conversation.item.input_audio_transcription.delta":
            .hearing(item: item, delta: json["delta"]?.string ?? "")
        case "conversation.item.input_audio_transcription.completed":
            .heard(item: item, transcript: json["transcript"]?.string ?? "")
        case "conversation.item.input_audio_transcription.failed": .unheard(item: item, failure(json["error"]))
        default: nil
        }
    }

    private static func answer(_ type: String, json: JSONValue) -> ChatEvent? {
        let item = json["item_id"]?.string ?? ""
        switch type {
        case "response.created": return .answerStarted(response: json["response"]?["id"]?.string ?? "")
        case "response.output_audio_transcript.delta", "response.output_text.delta":
            return .saying(response: json["response_id"]?.string ?? "", delta: json["delta"]?.string ?? "")
        case "response.output_audio.delta":
            let text = Array((json["delta"]?.string ?? "").utf8)
            return .speech(item: item, PCM16.samples(Base64.decode(text.span) ?? []))
        case "response.output_audio.done": return .speechEnded(item: item)
        case "response.done":
            let response = json["response"] ?? .null
            return .answerEnded(response: response["id"]?.string ?? "", outcome(response))
        default: return nil
        }
    }

    private static func outcome(_ response: JSONValue) -> Outcome {
        let details = response["status_details"] ?? .null
        return switch response["status"]?.string {
        case "failed": .failed(failure(details["error"]))
        case "cancelled": .cancelled
        case "incomplete": .incomplete(reason: details["reason"]?.string ?? "no reason given")
        default: .completed
        }
    }

    private static func failure(_ json: JSONValue?) -> Failure {
        Failure(message: json?["message"]?.string ?? "The server gives no reason.", code: json?["code"]?.string)
    }
}

extension ChatEvent.Failure: CustomStringConvertible {
    var description: String { printable(message + (code.map { " (\($0))" } ?? "")) }
}
