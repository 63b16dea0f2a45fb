public import Audio
public import Transcription

/// What a session tells its client, whatever protocol it speaks.
public enum SessionEvent: Equatable, Sendable {
    /// An utterance has its transcript.
    case transcribed(Item, Transcript)
    /// An utterance has none; the session goes on.
    case failed(Item, TranscriptionError)
    /// The client made a mistake; the session goes on.
    case rejected(ClientError)

    /// One utterance as the client knows it.
    public struct Item: Equatable, Sendable {
        public var id: String
        /// Where it lies in the session's audio.
        public var range: Range<SamplePosition>
        /// Its samples at `SampleClock.rate`, when the client wants them.
        public var audio: [Int16]?

        public init(id: String, range: Range<SamplePosition>, audio: [Int16]? = nil) {
            self.id = id
            self.range = range
            self.audio = audio
        }
    }
}
