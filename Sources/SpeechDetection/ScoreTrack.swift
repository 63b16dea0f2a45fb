public import Audio

/// The scores of a stream's last frames, so that it can be said of any range how sure the detector was of a voice in it.
///
/// A pure value. Appending is O(1); asking is linear in the frames of the range.
public struct ScoreTrack: Sendable {
    /// What the detector heard in a range.
    public struct Evidence: Equatable, Sendable {
        /// The highest score of a frame, 0 to 1.
        public var peak: Float = 0
        /// Samples of frames whose score counts as a voice.
        public var voiced = 0

        public init(peak: Float = 0, voiced: Int = 0) {
            self.peak = peak
            self.voiced = voiced
        }
    }

    private struct Frame {
        var start: SamplePosition
        var score: Float
    }

    /// Samples per frame.
    public let frameLength: Int
    private var frames: [Frame] = []
    /// How many at the front of `frames` have been dropped already.
    private var dropped = 0

    public init(frameLength: Int) { self.frameLength = frameLength }

    /// Frames that are held.
    var count: Int { frames.count - dropped }

    /// Takes the score of the frame that begins at `start`, which does not lie before any other's.
    public mutating func append(_ score: Float, at start: SamplePosition) {
        frames.append(Frame(start: start, score: score))
    }

    /// What was heard in `range`; a frame belongs to the range in which it ends, so that none is needed that is not whole.
    ///
    /// - Parameter exitThreshold: The score from which a frame counts as voiced.
    public func evidence(in range: Range<SamplePosition>, exitThreshold: Float) -> Evidence {
        var evidence = Evidence()
        for frame in frames[dropped...].reversed() {
            let end = frame.start + SamplePosition(frameLength)
            if end <= range.lowerBound { break }
            guard end <= range.upperBound else { continue }

            evidence.peak = max(evidence.peak, frame.score)
            if frame.score >= exitThreshold { evidence.voiced += frameLength }
        }
        return evidence
    }

    /// Forgets the frames that end before `position` or there.
    public mutating func drop(before position: SamplePosition) {
        while dropped < frames.count, frames[dropped].start + SamplePosition(frameLength) <= position { dropped += 1 }
        // Moving the rest costs no more, in the long run, than what was appended.
        guard dropped > frames.count / 2 else { return }
        frames.removeFirst(dropped)
        dropped = 0
    }
}
