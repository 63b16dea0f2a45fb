import Audio
import FoundationEssentials
import Sessions
import Transcription

/// A message to the client.
///
/// Fields that are `nil` are left out, but those of `error` are null: clients read them without asking.
struct CompactEvent: Encodable {
    private enum Key: String, CodingKey {
        case type, message, code, error, transcript, audio, delta
        case eventID = "event_id"
        case itemID = "item_id"
        case sampleRate = "sample_rate"
        case startMilliseconds = "start_ms"
        case endMilliseconds = "end_ms"
        case discardReason = "discard_reason"
    }

    private enum Content {
        case delta(String, itemID: String)
        case transcript(SessionEvent.Item, Transcript)
        case failure(SessionEvent.Item, TranscriptionError)
        case mistake(ClientError)
    }

    private let content: Content
    private let id: String

    /// `nil` for an event that this protocol does not tell of.
    init?(_ event: SessionEvent, id: String) {
        switch event {
        case .interim(let id, let delta): content = .delta(delta, itemID: id)
        case .transcribed(let item, let transcript): content = .transcript(item, transcript)
        case .failed(let item, let error): content = .failure(item, error)
        case .rejected(let error): content = .mistake(error)
        default: return nil
        }
        self.id = id
    }

    /// The message as UTF-8, with its keys in alphabetical order.
    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(self))
        } catch {
            preconditionFailure("An event of strings and integers is always JSON: \(error)")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(id, forKey: .eventID)
        switch content {
        case .delta(let delta, let itemID):
            try fields.encode("response.audio_transcript.delta", forKey: .type)
            try fields.encode(itemID, forKey: .itemID)
            try fields.encode(delta, forKey: .delta)
        case .transcript(let item, let transcript):
            try fields.encode("response.audio_transcript.done", forKey: .type)
            try fields.encode(transcript.text, forKey: .transcript)
            try fields.encodeIfPresent(transcript.rejection?.rawValue, forKey: .discardReason)
            try fields.encode(SampleClock.rate, forKey: .sampleRate)
            try fields.encodeIfPresent(item.audio.map(Self.base64), forKey: .audio)
            try encode(item, into: &fields)
        case .failure(let item, let error):
            try encode(item, into: &fields)
            try encode(Detail(type: "server_error", code: error.code, message: error.description), into: &fields)
        case .mistake(let error):
            try encode(Detail(error), into: &fields)
        }
    }

    private func encode(_ item: SessionEvent.Item, into fields: inout KeyedEncodingContainer<Key>) throws {
        try fields.encode(item.id, forKey: .itemID)
        try fields.encode(SampleClock.milliseconds(at: item.range.lowerBound), forKey: .startMilliseconds)
        try fields.encode(SampleClock.milliseconds(at: item.range.upperBound), forKey: .endMilliseconds)
    }

    private func encode(_ detail: Detail, into fields: inout KeyedEncodingContainer<Key>) throws {
        try fields.encode("error", forKey: .type)
        try fields.encode(detail.message, forKey: .message)
        try fields.encode(detail.code, forKey: .code)
        try fields.encode(detail, forKey: .error)
    }

    private static func base64(_ samples: [Int16]) -> String {
        Data(PCM16.bytes(samples)).base64EncodedString()
    }

    /// The `error` object, in OpenAI's form.
    private struct Detail: Encodable {
        var type = "invalid_request_error"
        var code: String
        var message: String
        var param: String?
        var eventID: String?

        private enum Key: String, CodingKey {
            case type, code, message, param
            case eventID = "event_id"
        }

        init(type: String, code: String, message: String) {
            self.type = type
            self.code = code
            self.message = message
        }

        init(_ error: ClientError) {
            code = error.code.rawValue
            message = error.message
            param = error.param
            eventID = error.eventID
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Key.self)
            try fields.encode(type, forKey: .type)
            try fields.encode(code, forKey: .code)
            try fields.encode(message, forKey: .message)
            try fields.encode(param, forKey: .param)
            try fields.encode(eventID, forKey: .eventID)
        }
    }
}
