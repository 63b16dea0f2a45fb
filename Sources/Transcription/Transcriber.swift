/// An engine that turns one utterance into text.
///
/// Implementations bound their own concurrency: a caller may ask for any number of utterances at once, and each call
/// waits for its turn. Cancelling the calling task cancels the work as far as the engine can.
public protocol Transcriber: Sendable {
    /// Transcribes a whole utterance.
    ///
    /// - Throws: `TranscriptionError`, also for cancellation (`.cancelled`).
    func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript
}

/// One utterance and what the client said about it.
public struct TranscriptionRequest: Equatable, Sendable {
    /// Mono PCM at `SampleClock.rate`.
    public var samples: [Int16]
    /// Name of the model that the client asks for; engines with one model use that one.
    public var model: String?
    /// ISO 639-1 code of the spoken language, or `nil` to let the engine decide.
    public var language: String?
    /// Text that tells the engine about context or spelling.
    public var prompt: String?

    public init(samples: [Int16], model: String? = nil, language: String? = nil, prompt: String? = nil) {
        self.samples = samples
        self.model = model
        self.language = language
        self.prompt = prompt
    }
}

/// What an engine heard.
public struct Transcript: Equatable, Sendable {
    /// The text, without white space at either end; empty when nothing was recognised.
    public var text: String
    /// Words with their times, when the engine gives them.
    public var words: [Word]

    public init(text: String, words: [Word] = []) {
        self.text = text
        self.words = words
    }

    /// One recognised word.
    public struct Word: Equatable, Sendable {
        public var text: String
        /// Samples from the start of the utterance, at `SampleClock.rate`.
        public var range: Range<Int>

        public init(text: String, range: Range<Int>) {
            self.text = text
            self.range = range
        }
    }
}
