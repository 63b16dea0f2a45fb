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
    /// What the voice activity detector heard in these samples; `nil` where none listened.
    public var voice: VoiceEvidence?
    /// Samples at the ends that belong to the utterances before and after, of whose words some may be in the text.
    public var context = 0
    /// Whose it is, so that no owner of many or long requests keeps the others waiting; `nil` for one by itself.
    public var owner: RequestOwner?
    /// Whether the utterance may not have ended yet; such a request is refused with `.cancelled` rather than keep one
    /// about a whole utterance waiting.
    public var isAhead = false
    /// Whether anyone uses word times, which cost some engines extra work.
    public var wantsWordTimes = true
    /// Told when an engine begins; `nil` where nobody asks.
    public var start: EngineStart?

    /// How much work it is, for an order that is fair: its length, and what any request costs at least.
    var cost: Int { samples.count + 8_000 }

    public init(samples: [Int16], model: String? = nil, language: String? = nil, prompt: String? = nil) {
        self.samples = samples
        self.model = model
        self.language = language
        self.prompt = prompt
    }
}

/// How sure a voice activity detector is that someone speaks in an utterance.
public struct VoiceEvidence: Equatable, Sendable {
    /// The highest score of a frame, 0 to 1.
    public var peak: Float
    /// Samples of frames that count as voiced, at `SampleClock.rate`.
    public var voiced: Int

    public init(peak: Float, voiced: Int) {
        self.peak = peak
        self.voiced = voiced
    }
}
