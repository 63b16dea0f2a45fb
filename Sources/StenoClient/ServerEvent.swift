import FoundationEssentials

/// One stretch of speech and its text.
public struct TranscribedUtterance: Equatable, Sendable, Decodable {
    /// The server's name for it.
    public var itemID: String
    /// Empty when nothing was recognised.
    public var transcript: String
    /// From the beginning of the audio.
    public var startMilliseconds: Int64
    public var endMilliseconds: Int64

    public init(itemID: String, transcript: String, startMilliseconds: Int64, endMilliseconds: Int64) {
        self.itemID = itemID
        self.transcript = transcript
        self.startMilliseconds = startMilliseconds
        self.endMilliseconds = endMilliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
        case transcript
        case startMilliseconds = "start_ms"
        case endMilliseconds = "end_ms"
    }
}

/// An error event: an utterance that failed, or a message that the server refused.
public struct ServerFailure: Equatable, Sendable, Decodable, CustomStringConvertible {
    public var message: String
    public var code: String?
    /// The utterance that failed.
    public var itemID: String?

    public init(message: String, code: String? = nil, itemID: String? = nil) {
        self.message = message
        self.code = code
        self.itemID = itemID
    }

    public var description: String {
        let subject = itemID.map { "utterance \($0): " } ?? ""
        return printable(subject + message + (code.map { " (\($0))" } ?? ""))
    }

    private enum CodingKeys: String, CodingKey {
        case message
        case code
        case itemID = "item_id"
    }
}

/// What the client understands of the server's events; there may be others.
enum ServerEvent: Equatable, Decodable {
    /// The session is there, can be resumed by this token, and has this name where its utterances are kept.
    case created(resume: String?, session: String? = nil)
    /// The session goes on, and has taken so many bytes of audio.
    case resumed(acceptedBytes: Int)
    case utterance(TranscribedUtterance)
    case failure(ServerFailure)
    case other(type: String)

    private enum CodingKeys: String, CodingKey {
        case type
        case resume
        case session = "session_id"
        case acceptedBytes = "accepted_bytes"
    }

    private struct Offer: Decodable { var token: String }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let type = try fields.decode(String.self, forKey: .type)
        switch type {
        case "session.created":
            let token = try fields.decodeIfPresent(Offer.self, forKey: .resume)?.token
            self = .created(resume: token, session: try fields.decodeIfPresent(String.self, forKey: .session))
        case "session.resumed": self = .resumed(acceptedBytes: try fields.decode(Int.self, forKey: .acceptedBytes))
        case "response.audio_transcript.done": self = .utterance(try TranscribedUtterance(from: decoder))
        case "error": self = .failure(try ServerFailure(from: decoder))
        default: self = .other(type: type)
        }
    }

    init(parsing text: String) throws(StenoClientError) {
        do { self = try JSONDecoder().decode(ServerEvent.self, from: Data(text.utf8)) } catch {
            throw .protocolViolation("an event that cannot be read: \(printable(String(text.prefix(80))))")
        }
    }
}
