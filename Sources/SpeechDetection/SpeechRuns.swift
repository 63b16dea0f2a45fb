public import Audio

/// The stretches of a recording in which a detector heard a voice.
public struct SpeechRuns: Equatable, Sendable {
    /// In order, and apart from each other.
    public private(set) var ranges: [Range<SamplePosition>] = []

    /// Gaps in speech that part no runs, in samples: stops and short breaths, 200 ms.
    public static let bridge = SampleClock.samples(milliseconds: 200)

    /// - Parameter ranges: In order, and apart from each other.
    public init(_ ranges: [Range<SamplePosition>] = []) { self.ranges = ranges }

    /// - Parameters:
    ///   - scores: Of every whole frame of the recording.
    ///   - frameLength: Samples per frame.
    ///   - threshold: The score from which a frame counts as voiced.
    public init(scores: [Float], frameLength: Int, threshold: Float) {
        for (index, score) in scores.enumerated() where score >= threshold {
            let frame = SamplePosition(index * frameLength)..<SamplePosition((index + 1) * frameLength)
            if let last = ranges.last, frame.lowerBound - last.upperBound < SamplePosition(Self.bridge) {
                ranges[ranges.count - 1] = last.lowerBound..<frame.upperBound
            } else {
                ranges.append(frame)
            }
        }
    }

    /// The parts of the runs that lie in `range`.
    public func clamped(to range: Range<SamplePosition>) -> [Range<SamplePosition>] {
        ranges.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
    }

    /// The first position from `position` on at which there is a voice; `nil` when none follows.
    public func voice(from position: SamplePosition) -> SamplePosition? {
        ranges.first { $0.upperBound > position }.map { max($0.lowerBound, position) }
    }
}
