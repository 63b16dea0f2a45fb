public import Audio
public import Chat

/// What a session tells of a response of its assistant.
///
/// Of each item that has begun, its end is told; of each response that was created, that it is done, and then nothing more.
public enum ReplyEvent: Equatable, Sendable {
    case created(Reply.Info)
    /// An item of the response begins: a message without text, or a call without arguments.
    case begun(ConversationItem, Reply.Place)
    /// More of a message that is text.
    case text(String, Reply.Place)
    /// The next words of a message that is spoken; the first sample of them has been told, this many seconds after the
    /// message's first.
    case transcript(String, at: Double, Reply.Place)
    /// More of a message's speech, at the rate of the place's format.
    case audio([Int16], Reply.Place)
    /// An item has ended, with everything that it holds.
    case ended(ConversationItem, Reply.Place)
    case done(Reply.Info)
}

/// A response of the assistant.
public enum Reply {
    public enum Status: Equatable, Sendable {
        case inProgress
        case completed
        case cancelled(CancelReason)
        case incomplete(IncompleteReason)
        case failed(Failure)

        var isCancelled: Bool {
            guard case .cancelled = self else { return false }
            return true
        }
    }

    public enum CancelReason: String, Sendable {
        /// Somebody spoke.
        case turnDetected = "turn_detected"
        case clientCancelled = "client_cancelled"
    }

    public enum IncompleteReason: String, Sendable {
        case tokenLimit = "max_output_tokens"
        case contentFilter = "content_filter"
    }

    /// Why a response has failed; `message` is one sentence for the client.
    public struct Failure: Error, Equatable, Sendable {
        public var code: String
        public var message: String

        /// The server stops before the response is done.
        public static let stopping = Failure(
            code: "server_stopping",
            message: "The server is stopping. Connect again, and ask for the response once more."
        )

        public init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// A response as a whole.
    public struct Info: Equatable, Sendable {
        public var id: String
        public var status = Status.inProgress
        /// The items that have ended.
        public var output: [ConversationItem] = []
        public var isOutOfBand: Bool
        public var modality: AssistantSettings.Modality
        public var voice: String?
        public var format: AudioFormat
        public var maximumTokens: Int?
        public var metadata: [String: String]
        public var usage: ChatUsage?

        public init(
            id: String,
            status: Status = .inProgress,
            output: [ConversationItem] = [],
            isOutOfBand: Bool,
            modality: AssistantSettings.Modality,
            voice: String? = nil,
            format: AudioFormat,
            maximumTokens: Int? = nil,
            metadata: [String: String],
            usage: ChatUsage? = nil
        ) {
            self.id = id
            self.status = status
            self.output = output
            self.isOutOfBand = isOutOfBand
            self.modality = modality
            self.voice = voice
            self.format = format
            self.maximumTokens = maximumTokens
            self.metadata = metadata
            self.usage = usage
        }
    }

    /// Where an event belongs.
    public struct Place: Equatable, Sendable {
        public var responseID: String
        public var itemID: String
        /// Which of the response's items.
        public var index: Int
        /// The item before it in the conversation.
        public var previousID: String?
        public var isOutOfBand: Bool
        public var modality: AssistantSettings.Modality
        public var format: AudioFormat

        public init(
            responseID: String,
            itemID: String,
            index: Int,
            previousID: String? = nil,
            isOutOfBand: Bool,
            modality: AssistantSettings.Modality,
            format: AudioFormat
        ) {
            self.responseID = responseID
            self.itemID = itemID
            self.index = index
            self.previousID = previousID
            self.isOutOfBand = isOutOfBand
            self.modality = modality
            self.format = format
        }
    }
}
