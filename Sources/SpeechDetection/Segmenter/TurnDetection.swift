import Audio

/// When an utterance begins and ends.
///
/// Lengths are samples at `SampleClock.rate`. `docs/segmentation.md` says what each was chosen by.
public struct TurnDetection: Equatable, Sendable {
    /// The score that starts an utterance, 0 to 1: of one frame, or the mean over `smoothing`.
    public var threshold: Float
    /// How far the score may fall below `threshold` while speech goes on; at most half of the threshold counts.
    public var hysteresis: Float
    /// The length that scores are averaged over; up to one frame means not at all.
    public var smoothing: Int
    /// Audio kept before the corrected onset.
    public var prefixPadding: Int
    /// Audio kept after the corrected offset.
    public var suffixPadding: Int
    /// Silence after the last voiced frame that ends the utterance.
    public var hangover: Int
    /// Speech that must come together before an utterance starts.
    public var minimumSpeech: Int
    /// Pauses shorter than this do not part the speech that comes together for a start.
    public var mergeGap: Int = 0
    /// For so long from the start of the stream, an utterance starts only with a frame of at least `warmUpPeak`.
    public var warmUp: Int = 0
    /// The score that speech reaches sooner or later, and a sudden noise does not.
    public var warmUpPeak: Float = 0
    /// How far before the first voiced frame its onset is looked for.
    public var onsetSearch: Int = 0
    /// How far before the end of the last voiced frame its offset is looked for; twice as far behind it.
    public var offsetSearch: Int = 0
    /// From this length on, an utterance is cut in the next good pause.
    public var softMaximum: Int = .max
    /// How deep a pause must be for a cut near the maximum length, 0 silence to 1 speech; half of it at `softMaximum`.
    public var valleyDepth: Float = 0.35

    public init(
        threshold: Float,
        hysteresis: Float = 0.15,
        smoothing: Int,
        prefixPadding: Int,
        suffixPadding: Int,
        hangover: Int,
        minimumSpeech: Int
    ) {
        self.threshold = threshold
        self.hysteresis = hysteresis
        self.smoothing = smoothing
        self.prefixPadding = prefixPadding
        self.suffixPadding = suffixPadding
        self.hangover = hangover
        self.minimumSpeech = minimumSpeech
    }

    /// The score at which speech that has begun goes on; never 0, which is what a detector says of silence.
    public var exitThreshold: Float { max(threshold - hysteresis, threshold / 2, 0.01) }
}

extension TurnDetection {
    /// What suits `WebRTCDetector`, as measured (`docs/segmentation.md`).
    public static let webRTC: TurnDetection = {
        var rules = TurnDetection(
            threshold: 0.6,
            hysteresis: 0.2,
            smoothing: SampleClock.samples(milliseconds: 400),
            prefixPadding: SampleClock.samples(milliseconds: 200),
            suffixPadding: SampleClock.samples(milliseconds: 240),
            hangover: SampleClock.samples(milliseconds: 500),
            minimumSpeech: SampleClock.samples(milliseconds: 250)
        )
        rules.onsetSearch = SampleClock.samples(milliseconds: 1_000)
        rules.offsetSearch = SampleClock.samples(milliseconds: 100)
        // A score of 0 says little: the gate closes in the middle of words too.
        rules.valleyDepth = 0.1
        rules.mergeGap = SampleClock.samples(milliseconds: 200)
        rules.softMaximum = SampleClock.samples(milliseconds: 18_000)
        return rules
    }()

    /// What suits `SileroDetector`, as measured (`docs/segmentation.md`).
    public static let silero: TurnDetection = {
        var rules = TurnDetection(
            threshold: 0.5,
            smoothing: 0,
            prefixPadding: SampleClock.samples(milliseconds: 250),
            suffixPadding: SampleClock.samples(milliseconds: 220),
            hangover: SampleClock.samples(milliseconds: 500),
            minimumSpeech: SampleClock.samples(milliseconds: 96)
        )
        rules.mergeGap = SampleClock.samples(milliseconds: 200)
        // A noise that begins at once fools the network, which has heard nothing yet to compare it with.
        rules.warmUp = SampleClock.samples(milliseconds: 1_000)
        rules.warmUpPeak = 0.8
        rules.onsetSearch = SampleClock.samples(milliseconds: 1_000)
        rules.offsetSearch = SampleClock.samples(milliseconds: 200)
        rules.softMaximum = SampleClock.samples(milliseconds: 18_000)
        return rules
    }()
}

extension TurnDetection {
    /// What `threshold` may be.
    public static let thresholds = 0.0...1.0
    /// What `hysteresis` may be.
    public static let hystereses = 0.0...0.5
    /// What `prefixPadding` and `suffixPadding` may be, in milliseconds; memory per session grows with the former.
    public static let paddings = 0...2_000
    /// What `hangover` may be, in milliseconds.
    public static let hangovers = 20...10_000
    /// What `minimumSpeech` may be, in milliseconds.
    public static let minimumSpeeches = 0...2_000
    /// What `mergeGap`, `onsetSearch` and `offsetSearch` may be, in milliseconds.
    public static let searches = 0...2_000
    /// What the longest utterance and `softMaximum` may be, in milliseconds.
    public static let maximumUtterances = 1_000...120_000
    /// What an engine may hear in both of two utterances where one was cut for its length, in milliseconds.
    public static let overlaps = 0...2_000
}
