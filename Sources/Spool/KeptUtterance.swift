public import Audio
public import Transcription

/// An utterance as it is kept until it has its transcript.
public struct KeptUtterance: Sendable {
    /// The name of its item, unlike every other.
    public var item: String
    /// Where it lies in the session's audio.
    public var range: Range<SamplePosition>
    /// Samples that the engine hears before its first one.
    public var leftContext: Int
    /// What the engine is asked, with the samples.
    public var request: TranscriptionRequest

    public init(item: String, range: Range<SamplePosition>, leftContext: Int = 0, request: TranscriptionRequest) {
        self.item = item
        self.range = range
        self.leftContext = leftContext
        self.request = request
    }

    /// Bytes of its audio.
    var size: Int { request.samples.count * MemoryLayout<Int16>.size }

    /// The utterance's own samples, without what the engine hears around them.
    public var samples: [Int16] { Array(request.samples.dropFirst(leftContext).prefix(range.count)) }

    /// What an engine heard, without words that belong to the utterances around it, as far as word times tell.
    ///
    /// The seams of a session that is still there are decided by the session, which sees both sides.
    func own(_ transcript: Transcript) -> Transcript {
        guard request.samples.count > range.count, !transcript.words.isEmpty else { return transcript }
        let heard = leftContext..<leftContext + range.count
        let words = transcript.words.filter { heard.contains(($0.range.lowerBound + $0.range.upperBound) / 2) }
        var own = transcript
        own.words = words
        own.text = words.map(\.text).joined(separator: " ")
        return own
    }
}

/// What a kept utterance has come to.
public struct KeptTranscript: Equatable, Sendable {
    public enum Outcome: Equatable, Sendable {
        /// It waits for an engine, or one is at work on it.
        case waiting
        /// - Parameter engine: The model that made it, where another was the first choice.
        case transcribed(String, language: String?, engine: String?)
        case failed(code: String, message: String)

        public init(_ result: Result<Transcript, TranscriptionError>) {
            switch result {
            case .success(let transcript):
                self = .transcribed(transcript.text, language: transcript.language, engine: transcript.engine)
            case .failure(let error): self = .failed(code: error.code, message: error.description)
            }
        }
    }

    public var item: String
    public var range: Range<SamplePosition>
    public var outcome: Outcome
}

/// The kept utterances of a session, or a page of them.
public struct KeptTranscripts: Equatable, Sendable {
    /// In the order of the audio.
    public var list: [KeptTranscript]
    /// Whether there are more behind them.
    public var hasMore: Bool
    /// How many of the session's wait, on this page or not.
    public var waiting: Int
}
