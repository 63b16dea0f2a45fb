import Audio

/// How a whole recording is cut, and what the detector heard in it.
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

    /// The scores of the frames that lie in a segment, also in part.
    public func scores(in segment: Segmenter.Segment) -> [Float] {
        let frame = SamplePosition(frameLength)
        let first = min(frames.count, Int(segment.range.lowerBound / frame))
        let end = min(frames.count, Int((segment.range.upperBound + frame - 1) / frame))
        return frames[first..<max(first, end)].map(\.score)
    }
}
