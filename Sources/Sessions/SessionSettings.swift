public import Audio
public import SpeechDetection

/// How one session works.
public struct SessionSettings: Equatable, Sendable {
    /// `nil`: only a commit ends an utterance.
    public var turnDetection: TurnDetection?
    /// How long turn detection waits for a speaker to go on, when the client leaves that to the server.
    public var eagerness: Eagerness?
    /// The probability from which a model's word ends a turn whose silence is left to the server; `nil` without a model.
    public var endOfTurnThreshold: Float?
    /// What turn detection starts from when a client switches it on again.
    public var defaultTurnDetection: TurnDetection
    /// The longest utterance under turn detection, in samples.
    public var maximumUtterance: Int
    /// The longest utterance without turn detection, in samples.
    public var maximumCommit: Int
    /// What an engine hears in both of two utterances where one was cut for its length, in samples.
    ///
    /// `nil`: what suits the engine.
    public var overlap: Int?
    /// Whether the server tells an utterance's text while it is being said.
    public var allowsInterim = true
    /// Whether the client wants to see an utterance's text while it is being said.
    public var wantsInterim = false
    /// Silence after which the engine is asked about an utterance that may go on, in samples; `nil` for never.
    public var speculatesAfter: Int?
    /// Whether anyone uses the times of words in an utterance that was not cut for its length.
    public var wantsWordTimes = true
    /// Model that the client asks for; an engine that has only one uses that.
    public var model: String?
    /// ISO 639-1 code, or `nil` to let the engine decide.
    public var language: String?
    /// Text that tells the engine about context or spelling.
    public var prompt: String?
    /// Bytes that a client's prompt may have.
    public var maximumPrompt = defaultMaximumPrompt
    /// Whether a transcript comes with the audio it was made from.
    public var includesAudio: Bool
    /// Whether the client wants to know how sure the engine is of each token, where an engine can tell.
    public var includesLogprobs = false
    /// What is done to the audio before it is detected and transcribed.
    public var enhancement = AudioEnhancement()
    /// What audio that comes without a rate of its own is.
    public var inputFormat: AudioFormat
    /// Whether the client chose the format.
    ///
    /// Where it did not, the header of a WAV file may.
    public private(set) var hasNamedFormat = false
    /// How the session answers, when it does.
    public var assistant = AssistantSettings()
    /// Whether it answers at all.
    public var answers = false
    /// Items that the client may still ask for by their id.
    public var rememberedItems = 0
    /// Items that a session which answers keeps, and tells its language model of at most.
    public var remembersWhileAnswering = 1_000
    /// Whether a refused commit is told at once; otherwise in its turn among the answers to commits.
    public var refusesCommitsAtOnce = false
    /// Whether a commit without turn detection asks the engine only when the detector heard speech; with it, all do.
    public var checksManualCommits = true
    /// How the client may come back when its connection is lost; `nil` if it did not ask for that.
    public var resume: ResumeOffer?
    /// The name under which the session's utterances are kept until they have transcripts; `nil` where they are not.
    public var keptAs: String?
    /// Whether an utterance whose transcript is delayed holds back those after it.
    public var isOrdered = true
    /// Audio that may wait for its transcript before the session stops reading, in samples.
    ///
    /// An utterance that is longer gets through all the same, as what waits is looked at before it is cut.
    public var maximumPending: Int

    /// Bytes of a prompt unless the operator says otherwise: engines hear to the last few hundred words of one.
    public static let defaultMaximumPrompt = 4_096

    /// Audio that waits unless the operator says otherwise: 60 s.
    public static let defaultMaximumPending = SampleClock.samples(milliseconds: 60_000)

    /// Silence after which an engine that may speculate does, unless the operator says otherwise: 200 ms.
    public static let defaultSpeculation = SampleClock.samples(milliseconds: 200)

    /// What suits an engine, as measured (`docs/segmentation.md`): words that can only be told by likeness should be few.
    public static func overlap(hasWordTimes: Bool) -> Int {
        SampleClock.samples(milliseconds: hasWordTimes ? 1_500 : 480)
    }

    /// Both maxima are `maximumUtterance` at first.
    public init(
        turnDetection: TurnDetection = .webRTC,
        maximumUtterance: Int = SampleClock.samples(milliseconds: 24_000),
        language: String? = nil,
        prompt: String? = nil,
        includesAudio: Bool = true,
        inputFormat: AudioFormat = .pcm16(rate: SampleClock.rate),
        maximumPending: Int = defaultMaximumPending
    ) {
        self.turnDetection = turnDetection
        defaultTurnDetection = turnDetection
        self.maximumUtterance = maximumUtterance
        maximumCommit = maximumUtterance
        self.language = language
        self.prompt = prompt
        self.includesAudio = includesAudio
        self.inputFormat = inputFormat
        self.maximumPending = maximumPending
    }

    /// The longest utterance as things stand, in samples.
    var currentMaximum: Int { turnDetection == nil ? maximumCommit : maximumUtterance }

    /// Applies a change; what it leaves out stays as it is.
    public mutating func apply(_ update: SessionUpdate) {
        if let model = update.model { self.model = model }
        if let language = update.language { self.language = language }
        if let prompt = update.prompt { self.prompt = prompt }
        includesAudio = update.includesAudio ?? includesAudio
        wantsInterim = update.wantsInterim ?? wantsInterim
        includesLogprobs = update.includesLogprobs ?? includesLogprobs
        inputFormat = update.inputFormat ?? inputFormat
        hasNamedFormat = hasNamedFormat || update.inputFormat != nil
        if let reduction = update.noiseReduction { enhancement.noiseReduction = reduction }
        enhancement.gainControl = update.gainControl ?? enhancement.gainControl
        enhancement.listener = update.enhancedListener ?? enhancement.listener
        answers = update.answers ?? answers
        assistant.apply(update.assistant)
        switch update.turnDetection {
        case nil: break
        case .off: (turnDetection, eagerness) = (nil, nil)
        case .semantic(let eagerness):
            var rules = defaultTurnDetection
            rules.hangover = endOfTurnThreshold == nil ? eagerness.hangover : eagerness.longestWait
            (turnDetection, self.eagerness) = (rules, eagerness)
        case .on(let change):
            // A silence that the server chose for an eagerness says nothing about the one the client wants now.
            let rules = eagerness == nil ? turnDetection ?? defaultTurnDetection : defaultTurnDetection
            (turnDetection, eagerness) = (change.applied(to: rules), nil)
            overlap = change.overlap ?? overlap
            maximumUtterance = change.maximumUtterance ?? maximumUtterance
            maximumCommit = change.maximumUtterance ?? maximumCommit
        }
    }
}

/// How soon a turn counts as over when the server judges it.
public enum Eagerness: String, CaseIterable, Sendable {
    case low, medium, high
    /// As `medium`.
    case auto

    /// Silence that ends an utterance where no model judges it, in samples.
    ///
    /// The wait stands for the judgement: long enough for a pause to think at `low`, as short as a plain detector's at
    /// `high`.
    var hangover: Int {
        switch self {
        case .low: SampleClock.samples(milliseconds: 2_000)
        case .medium, .auto: SampleClock.samples(milliseconds: 1_000)
        case .high: SampleClock.samples(milliseconds: 500)
        }
    }

    /// Silence that ends an utterance that sounds unfinished to a model, in samples; as at OpenAI.
    var longestWait: Int {
        switch self {
        case .low: SampleClock.samples(milliseconds: 8_000)
        case .medium, .auto: SampleClock.samples(milliseconds: 4_000)
        case .high: SampleClock.samples(milliseconds: 2_000)
        }
    }
}
