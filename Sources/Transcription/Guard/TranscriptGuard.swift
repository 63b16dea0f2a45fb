import Audio

/// Tells what was said from what an engine invented where nobody spoke.
///
/// A pure value: the verdict depends on the text, on what the detector heard, and on what the engine says about its own
/// decoding, each of which may be missing. `docs/guard.md` says what the limits were chosen by.
public struct TranscriptGuard: Sendable {
    /// The most that deflate may shorten a text; Whisper's own limit.
    public var maximumCompression = 2.4
    /// The most words per second of voice, and what is allowed on top, since detectors miss some of short words.
    public var wordsPerSecond = 8.0
    public var wordAllowance = 2.0
    /// A voice is weak when no frame has this score, and there is less of it than `weakVoiced` samples.
    public var weakPeak: Float = 0.85
    public var weakVoiced = SampleClock.samples(milliseconds: 192)
    /// The engine's probability that nobody spoke above which the text goes; and where it is unsure of the text, too.
    public var noSpeech = 0.75
    public var noSpeechWhenUnsure = 0.5
    public var unsureLogProbability = -1.0
    /// Known phantoms go above this probability, or, where the engine gives none, below the score and the voiced samples.
    public var phantomNoSpeech = 0.4
    public var phantomPeak: Float = 0.95
    public var phantomVoicedPerWord = SampleClock.samples(milliseconds: 96)

    private let phantoms = PhantomPhrases.usual

    public init() {}

    /// Why `transcript` is not to be believed, or `nil`; an empty one always is.
    public func verdict(on transcript: Transcript, of request: TranscriptionRequest) -> Rejection? {
        guard !transcript.text.isEmpty else { return nil }

        let text = NormalizedText(transcript.text)
        if text.words.isEmpty { return .symbolsOnly }

        let language = transcript.language ?? request.language
        if let language, let script = WritingSystem.byLanguage[language], !script.covers(transcript.text) {
            return .wrongScript
        }
        if CompressionRatio.ratio(of: transcript.text) > maximumCompression { return .repetition }
        if Double(text.spokenWords) > mostWords(in: request) { return .tooManyWords }
        if let voice = request.voice, isWeak(voice) { return .weakVoice }
        if isDoubted(transcript.segments) { return .engineDoubt }

        let isPhantom = phantoms.contain(text.phrase, language: language)
        return isPhantom && !isSure(of: text, transcript.segments, voice: request.voice) ? .knownPhantom : nil
    }

    /// What can be said in the voiced time, or, where no detector listened, in the whole, and in the context.
    private func mostWords(in request: TranscriptionRequest) -> Double {
        let voiced = request.voice.map { $0.voiced + request.context } ?? request.samples.count
        return wordAllowance + wordsPerSecond * Double(voiced) / Double(SampleClock.rate)
    }

    private func isWeak(_ voice: VoiceEvidence) -> Bool { voice.peak < weakPeak && voice.voiced < weakVoiced }

    /// Whether the engine says of every segment that there is probably no speech; a figure that is NaN says nothing.
    private func isDoubted(_ segments: [Transcript.Segment]) -> Bool {
        guard !segments.isEmpty else { return false }
        return segments.allSatisfy { segment in
            guard let noSpeech = segment.noSpeechProbability else { return false }
            if noSpeech > self.noSpeech { return true }
            guard let logProbability = segment.averageLogProbability else { return false }
            return noSpeech > noSpeechWhenUnsure && logProbability < unsureLogProbability
        }
    }

    /// Whether the evidence for a voice is strong enough for a phrase that may also be a phantom.
    private func isSure(of text: NormalizedText, _ segments: [Transcript.Segment], voice: VoiceEvidence?) -> Bool {
        let probabilities = segments.compactMap(\.noSpeechProbability).filter(\.isFinite)
        if let least = probabilities.min() { return least <= phantomNoSpeech }
        guard let voice else { return true }

        return voice.peak >= phantomPeak && voice.voiced >= phantomVoicedPerWord * text.spokenWords
    }
}
