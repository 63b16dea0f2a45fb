/// What an engine heard.
public struct Transcript: Equatable, Sendable {
    /// The text, without white space at either end; empty when nothing was recognised.
    public var text: String
    /// Words with their times; empty when the engine gives none.
    public var words: [Word]
    /// The engine's own division of the text; empty when it gives none.
    public var segments: [Segment] = []
    /// ISO 639-1 code of the language that the engine heard, when it says so.
    public var language: String?
    /// The model that made it, where another was the first choice and could not serve.
    public var engine: String?
    /// Why nobody is taken to have said this; the text is then empty, unless it is kept to be marked.
    public var rejection: Rejection?

    public init(text: String, words: [Word] = []) {
        self.text = text
        self.words = words
    }

    /// What there is instead of a text that is not to be believed.
    public init(rejected rejection: Rejection) {
        self.init(text: "")
        self.rejection = rejection
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

    /// A part of the text as the engine divided it, with what the engine says about its own decoding.
    ///
    /// Figures are as Whisper defines them and `nil` where the engine gave none.
    public struct Segment: Equatable, Sendable {
        /// Without white space at either end.
        public var text: String
        /// Samples from the start of the utterance, at `SampleClock.rate`.
        public var range: Range<Int>
        public var averageLogProbability: Double?
        public var compressionRatio: Double?
        public var noSpeechProbability: Double?
        public var temperature: Double?
        public var tokens: [Int] = []

        public init(text: String, range: Range<Int>) {
            self.text = text
            self.range = range
        }
    }
}
