import Audio

/// When an utterance begins and ends.
///
/// Lengths are samples at `SampleClock.rate`.
public struct TurnDetection: Equatable, Sendable {
    /// The mean score over `smoothing` that starts an utterance, 0 to 1.
    ///
    /// It ends once the mean has been lower by `hysteresis` for `hangover`.
    public var threshold: Float
    /// How far the mean may fall below `threshold` while an utterance goes on.
    public var hysteresis: Float
    /// The length that scores are averaged over.
    public var smoothing: Int
    /// Audio kept before the first voiced frame.
    public var prefixPadding: Int
    /// Audio kept after the last voiced frame.
    public var suffixPadding: Int
    /// Silence after the last voiced frame that ends the utterance.
    public var hangover: Int
    /// Speech that must be there before an utterance starts.
    public var minimumSpeech: Int

    public init(
        threshold: Float,
        hysteresis: Float = 0.2,
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

    /// The score from which on a frame alone counts as speech.
    ///
    /// Never 0, which is what a detector says of silence.
    var voiced: Float { max(threshold - hysteresis, 0.01) }

    /// What suits `SileroDetector`, as measured (`docs/segmentation.md`).
    public static let silero = TurnDetection(
        threshold: 0.5,
        hysteresis: 0.15,
        smoothing: SampleClock.samples(milliseconds: 32),
        prefixPadding: SampleClock.samples(milliseconds: 300),
        suffixPadding: SampleClock.samples(milliseconds: 100),
        hangover: SampleClock.samples(milliseconds: 500),
        minimumSpeech: SampleClock.samples(milliseconds: 250)
    )

    /// What suits `WebRTCDetector`, as measured (`docs/segmentation.md`).
    public static let webRTC = TurnDetection(
        threshold: 0.6,
        smoothing: SampleClock.samples(milliseconds: 400),
        prefixPadding: SampleClock.samples(milliseconds: 200),
        suffixPadding: SampleClock.samples(milliseconds: 100),
        hangover: SampleClock.samples(milliseconds: 500),
        minimumSpeech: SampleClock.samples(milliseconds: 250)
    )
}

extension TurnDetection {
    /// What `threshold` may be.
    public static let thresholds = 0.0...1.0
    /// What `prefixPadding` may be, in milliseconds; memory per session grows with it.
    public static let paddings = 0...2_000
    /// What `hangover` may be, in milliseconds.
    public static let hangovers = 20...10_000
    /// What `minimumSpeech` may be, in milliseconds.
    public static let minimumSpeeches = 0...2_000
    /// What the longest utterance may be, in milliseconds.
    public static let maximumUtterances = 1_000...120_000
}
