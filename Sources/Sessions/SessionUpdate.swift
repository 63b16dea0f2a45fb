public import Audio
public import SpeechDetection

/// A change of settings in mid-session; what is `nil` stays as it is.
public struct SessionUpdate: Equatable, Sendable {
    /// `.some(nil)` leaves the choice to the server.
    public var model: String??
    /// `.some(nil)` lets the engine decide again.
    public var language: String??
    /// `.some(nil)` takes the prompt away.
    public var prompt: String??
    public var includesAudio: Bool?
    public var includesLogprobs: Bool?
    public var wantsInterim: Bool?
    /// A rate is in `AudioIntake.rates`.
    public var inputFormat: AudioFormat?
    /// `.some(nil)` for none.
    public var noiseReduction: NoiseReduction??
    public var gainControl: Bool?
    public var enhancedListener: AudioEnhancement.Listener?
    public var turnDetection: TurnDetectionUpdate?
    /// Whether the session answers; `nil` leaves that as it is.
    public var answers: Bool?
    /// How it answers, where it does.
    public var assistant = AssistantUpdate()
    /// The client's name for the message, which an error repeats that comes later.
    public var eventID: String?

    public init() {}
}

/// A change of turn detection.
public enum TurnDetectionUpdate: Equatable, Sendable {
    /// Only a commit ends an utterance.
    case off
    case on(Change)
    /// The server's rules, with a silence that follows from the eagerness.
    case semantic(Eagerness)

    /// Lengths are samples; what is `nil` stays as it is.
    public struct Change: Equatable, Sendable {
        public var threshold: Float?
        public var hysteresis: Float?
        public var prefixPadding: Int?
        public var suffixPadding: Int?
        public var hangover: Int?
        public var minimumSpeech: Int?
        public var mergeGap: Int?
        public var onsetSearch: Int?
        public var offsetSearch: Int?
        public var softMaximum: Int?
        public var maximumUtterance: Int?
        public var overlap: Int?

        public init() {}

        /// Rules with this change.
        public func applied(to rules: TurnDetection) -> TurnDetection {
            var rules = rules
            rules.threshold = threshold ?? rules.threshold
            rules.hysteresis = hysteresis ?? rules.hysteresis
            rules.prefixPadding = prefixPadding ?? rules.prefixPadding
            rules.suffixPadding = suffixPadding ?? rules.suffixPadding
            rules.hangover = hangover ?? rules.hangover
            rules.minimumSpeech = minimumSpeech ?? rules.minimumSpeech
            rules.mergeGap = mergeGap ?? rules.mergeGap
            rules.onsetSearch = onsetSearch ?? rules.onsetSearch
            rules.offsetSearch = offsetSearch ?? rules.offsetSearch
            rules.softMaximum = softMaximum ?? rules.softMaximum
            return rules
        }
    }
}
