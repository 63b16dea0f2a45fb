public import Audio
public import Transcription

/// What a session tells its client, whatever protocol it speaks.
///
/// A protocol need not have a message for each. An utterance is one item: its id stays the same from the start of its
/// speech to its transcript.
public enum SessionEvent: Equatable, Sendable {
    /// The session is there; always the first event.
    case created(SessionSettings)
    /// The client is back after its connection was lost; what it has missed comes next.
    case resumed(ResumePoint)
    /// A change was applied; these settings hold from here on.
    case updated(SessionSettings)
    /// Turn detection heard speech; its utterance begins at this sample.
    case speechStarted(itemID: String, at: SamplePosition)
    /// Turn detection heard the speech end; its utterance ends at this sample.
    case speechStopped(itemID: String, at: SamplePosition)
    /// The audio of an utterance is complete; `previousID` names the item before it.
    case committed(Item, previousID: String?)
    /// A clear was carried out.
    case cleared
    /// More of an utterance's text, which may still be being said: it follows on what was told of it before, and is never
    /// taken back. Together with what comes last, before the transcript, it is the transcript.
    case interim(itemID: String, delta: String)
    /// No engine can serve an utterance now; it is kept, and transcribed later.
    case delayed(Item)
    /// An utterance has its transcript.
    case transcribed(Item, Transcript)
    /// An utterance has none; the session goes on.
    case failed(Item, TranscriptionError)
    /// An item that the client asked for.
    case retrieved(ConversationItem)
    /// An item that the client took out of the conversation.
    case deleted(itemID: String)
    /// An item that the client put into the conversation; `previousID` names the one before it.
    case added(ConversationItem, previousID: String?)
    /// So much of an item of the assistant counts as heard.
    case truncated(itemID: String, milliseconds: Int)
    /// What had not been sent was dropped, of the response that was being spoken.
    case outputCleared(responseID: String?)
    /// Nobody has spoken for so long that the assistant speaks again.
    case timedOut(itemID: String, at: SamplePosition)
    /// Something about a response of the assistant.
    case reply(ReplyEvent)
    /// The client made a mistake; the session goes on.
    case rejected(ClientError)
    /// Everything has been told, and every sample is accounted for; always the last event.
    case ended(AudioLedger)

    /// One utterance as the client knows it.
    public struct Item: Equatable, Sendable {
        public var id: String
        /// Where it lies in the session's audio.
        public var range: Range<SamplePosition>
        /// Which part of the item's content it is.
        public var contentIndex = 0
        /// Its samples at `SampleClock.rate`, when the client wants them.
        public var audio: [Int16]?

        public init(id: String, range: Range<SamplePosition>, audio: [Int16]? = nil) {
            self.id = id
            self.range = range
            self.audio = audio
        }
    }
}
