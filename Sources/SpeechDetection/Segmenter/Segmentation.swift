import Audio

/// How a whole recording is cut, and what the detector heard in it.
///
/// It comes from the same detector, frames and rules as a session's utterances, so that what it shows is what a session
/// does with the same audio.
public struct Segmentation: Equatable, Sendable {
    /// The length of the recording, in samples.
    public var length: Int
    /// Samples per frame.
    public var frameLength: Int
    /// Every whole frame of the recording.
    public var frames: [ScoredFrame]
    /// In the order of their ends.
    public var segments: [Segmenter.Segment]

    public init(length: Int, frameLength: Int, frames: [ScoredFrame], segments: [Segmenter.Segment]) {
        self.length = length
        self.frameLength = frameLength
        self.frames = frames
        self.segments = segments
    }

    /// Cuts a recording.
    ///
    /// - Parameters:
    ///   - samples: Mono, at `SampleClock.rate`.
    ///   - detector: One that has heard nothing yet.
    public init(
        of samples: [Int16],
        by detector: any VoiceActivityDetector,
        turnDetection: TurnDetection,
        maximumUtterance: Int,
        overlap: Int
    ) {
        self.init(length: samples.count, frameLength: detector.frameLength, frames: [], segments: [])
        frames.reserveCapacity(samples.count / frameLength)
        var segmenter = Segmenter(
            frameLength: frameLength,
            turnDetection: turnDetection,
            maximumUtterance: maximumUtterance,
            overlap: overlap
        )
        for start in stride(from: 0, through: samples.count - frameLength, by: frameLength) {
            let frame = ScoredFrame(samples.span.extracting(start..<start + frameLength), by: detector)
            frames.append(frame)
            segmenter.advance(frame).forEach { append($0) }
        }
        segmenter.finish(at: SamplePosition(samples.count)).map { append($0) }
    }

    /// The scores of the frames that lie in a segment, also in part.
    public func scores(in segment: Segmenter.Segment) -> [Float] {
        let frame = SamplePosition(frameLength)
        let first = min(frames.count, Int(segment.range.lowerBound / frame))
        let end = min(frames.count, Int((segment.range.upperBound + frame - 1) / frame))
        return frames[first..<max(first, end)].map(\.score)
    }

    private mutating func append(_ event: Segmenter.Event) {
        if case .ended(let segment) = event { segments.append(segment) }
    }
}
