/// A client's mistake: told to the client, and then the session goes on.
public struct ClientError: Error, Equatable, Sendable {
    /// Frozen names; clients branch on them.
    public enum Code: String, CaseIterable, Sendable {
        /// Not JSON.
        case invalidJSON = "invalid_json"
        /// JSON, but not an object with a `type`.
        case invalidEvent = "invalid_event"
        /// A `type` this protocol does not have.
        case unknownEvent = "unknown_event"
        /// A field that is missing, of the wrong type, or out of range.
        case invalidValue = "invalid_value"
        /// A field without which the message says nothing.
        case missingParameter = "missing_required_parameter"
        /// A number below what is allowed.
        case belowMinimum = "integer_below_min_value"
        /// Audio that cannot be decoded.
        case invalidAudio = "invalid_audio"
        /// Too little audio for a commit.
        case commitEmpty = "input_audio_buffer_commit_empty"
        /// No item of this name to retrieve.
        case itemRetrieve = "item_retrieve_invalid_item_id"
        /// No item of this name to delete.
        case itemDelete = "item_delete_invalid_item_id"
        /// No audio of the server's own to truncate.
        case itemTruncate = "item_truncate_invalid_item_id"
        /// No response to cancel.
        case responseCancel = "response_cancel_not_active"
        /// A response while another is being made.
        case activeResponse = "conversation_already_has_active_response"
        /// An item of this name is there already.
        case duplicateItem = "item_create_duplicate_item_id"
        /// A response that cannot be made as it was asked for.
        case badResponse = "bad_response_create"
        /// No character of this name.
        case characterNotFound = "character_not_found"
        /// A character that may not or cannot be played.
        case characterUnavailable = "characters_unavailable"
        /// What was said could not be kept, by no fault of the client's.
        case memoryNotWritten = "memory_not_written"
        /// A message over the size limit.
        case messageTooLarge = "message_too_large"
        /// A message that breaks the transport's rules.
        case protocolViolation = "protocol_violation"
        /// More audio than the client's key may send.
        case rateLimitExceeded = "rate_limit_exceeded"
        /// No memory left for what the client sends, by no fault of its own.
        case serverOverloaded = "server_overloaded"
    }

    public var code: Code
    /// One sentence that says what to do.
    public var message: String
    /// The field at fault, as a path: `session.turn_detection.threshold`.
    public var param: String?
    /// The client's own name for the message at fault.
    public var eventID: String?

    public init(_ code: Code, _ message: String, param: String? = nil, eventID: String? = nil) {
        self.code = code
        self.message = message
        self.param = param
        self.eventID = eventID
    }
}
