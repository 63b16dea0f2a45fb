public import Audio
public import SpeechDetection

/// How one session works.
public struct SessionSettings: Equatable, Sendable {
    /// `nil`: only a commit ends an utterance.
    public var turnDetection: TurnDetection?
    /// What turn detection starts from when a client switches it on again.
    public var defaultTurnDetection: TurnDetection
    /// The longest utterance, in samples.
    public var maximumUtterance: Int
    /// ISO 639-1 code, or `nil` to let the engine decide.
    public var language: String?
    /// Text that tells the engine about context or spelling.
    public var prompt: String?
    /// Whether a transcript comes with the audio it was made from.
    public var includesAudio: Bool
    /// Samples per second of audio that comes without a rate of its own.
    public var sampleRate: Int
    /// Utterances that may wait for their transcript before the session stops reading.
    public var maximumPending: Int

    public init(
        turnDetection: TurnDetection = .webRTC,
        maximumUtterance: Int = SampleClock.samples(milliseconds: 24_000),
        language: String? = nil,
        prompt: String? = nil,
        includesAudio: Bool = true,
        sampleRate: Int = SampleClock.rate,
        maximumPending: Int = 4
    ) {
        self.turnDetection = turnDetection
        defaultTurnDetection = turnDetection
        self.maximumUtterance = maximumUtterance
        self.language = language
        self.prompt = prompt
        self.includesAudio = includesAudio
        self.sampleRate = sampleRate
        self.maximumPending = maximumPending
    }

    mutating func apply(_ update: SessionUpdate) {
        if let language = update.language { self.language = language }
        if let prompt = update.prompt { self.prompt = prompt }
        includesAudio = update.includesAudio ?? includesAudio
        sampleRate = update.sampleRate ?? sampleRate
        switch update.turnDetection {
        case nil: break
        case .off: turnDetection = nil
        case .on(let change):
            var rules = turnDetection ?? defaultTurnDetection
            rules.threshold = change.threshold ?? rules.threshold
            rules.prefixPadding = change.prefixPadding ?? rules.prefixPadding
            rules.hangover = change.hangover ?? rules.hangover
            rules.minimumSpeech = change.minimumSpeech ?? rules.minimumSpeech
            turnDetection = rules
            maximumUtterance = change.maximumUtterance ?? maximumUtterance
        }
    }
}

/// A change of settings in mid-session; what is `nil` stays as it is.
public struct SessionUpdate: Equatable, Sendable {
    /// `.some(nil)` lets the engine decide again.
    public var language: String??
    /// `.some(nil)` takes the prompt away.
    public var prompt: String??
    public var includesAudio: Bool?
    /// In `AudioIntake.rates`.
    public var sampleRate: Int?
    public var turnDetection: TurnDetectionUpdate?

    public init() {}
}

/// A change of turn detection.
public enum TurnDetectionUpdate: Equatable, Sendable {
    case off
    case on(Change)

    /// Lengths are samples; what is `nil` stays as it is.
    public struct Change: Equatable, Sendable {
        public var threshold: Float?
        public var prefixPadding: Int?
        public var hangover: Int?
        public var minimumSpeech: Int?
        public var maximumUtterance: Int?

        public init() {}
    }
}
