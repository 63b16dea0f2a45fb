public import SpeechDetection

/// A recording, how it was cut, and by what.
public struct SegmentedRecording: Sendable {
    /// How it is called where it is shown, such as its file's path.
    public var name: String
    /// Mono, at `SampleClock.rate`.
    public var samples: [Int16]
    public var segmentation: Segmentation
    /// The detector's name.
    public var detector: String
    public var turnDetection: TurnDetection
    /// Processor time that detector and segmenter took.
    public var cost: Duration

    public init(
        name: String,
        samples: [Int16],
        segmentation: Segmentation,
        detector: String,
        turnDetection: TurnDetection,
        cost: Duration
    ) {
        self.name = name
        self.samples = samples
        self.segmentation = segmentation
        self.detector = detector
        self.turnDetection = turnDetection
        self.cost = cost
    }
}

extension Segmenter.Reason {
    /// The name that people and programs see.
    public var name: String {
        switch self {
        case .silence, .valley, .maximum, .commit: rawValue
        case .endOfStream: "end"
        }
    }
}
