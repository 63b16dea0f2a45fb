/// What the segmenter is told of one frame.
public struct ScoredFrame: Equatable, Sendable {
    /// How much it sounds like speech, 0 to 1.
    public var score: Float
    /// How loud it is, as `FrameEnergy.level`.
    public var level: Float

    public init(score: Float, level: Float) {
        self.score = score
        self.level = level
    }

    /// Takes the next frame of the stream, exactly as long as the detector's frames.
    public init(_ samples: Span<Int16>, by detector: any VoiceActivityDetector) {
        self.init(score: detector.score(samples), level: FrameEnergy.level(samples))
    }
}

extension Segmenter {
    /// Takes the next frame; needs turn detection.
    public mutating func advance(_ frame: ScoredFrame) -> [Event] { advance(score: frame.score, energy: frame.level) }
}
