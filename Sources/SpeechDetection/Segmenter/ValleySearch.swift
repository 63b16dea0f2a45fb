import Audio

/// Finds the quietest moment of a stretch of frames, for a cut that hurts least.
///
/// The depth of a moment is the mean of what the detector says and how loud it is, both smoothed over about 150 ms: 0 in a
/// pause, towards 1 in the middle of a vowel. Level counts between the quietest and the loudest frame of the stretch, so
/// that it says less in steady noise, where they lie close together.
struct ValleySearch {
    /// The quietest moment.
    struct Valley: Equatable {
        /// Age of the frame in whose middle to cut.
        var age: Int
        /// 0 to 1; lower is better.
        var depth: Float
    }

    /// A swing of level, in dB, that counts in full.
    static let fullSwing: Float = 30

    /// - Parameters:
    ///   - ages: Frames to choose from; those around them are looked at too.
    ///   - radius: Frames on either side that are averaged over.
    static func valley(in history: FrameHistory, ages: ClosedRange<Int>, radius: Int) -> Valley? {
        let reach = max(1, ages.lowerBound - radius)...min(history.count, ages.upperBound + radius)
        guard reach.count > 2 * radius else { return nil }
        let frames = reach.map { history[$0] }
        let low = frames.lazy.map(\.level).min() ?? 0
        let swing = max(fullSwing, (frames.lazy.map(\.level).max() ?? 0) - low)
        let depths = smoothed(frames.map { ($0.score + ($0.level - low) / swing) / 2 }, radius: radius)
        return lowest(depths).map { index, depth in Valley(age: reach.lowerBound + radius + index, depth: depth) }
    }

    /// The means over `radius` values on either side, for those that have as many.
    private static func smoothed(_ values: [Float], radius: Int) -> [Float] {
        let width = 2 * radius + 1
        return (0...values.count - width).map { values[$0..<$0 + width].reduce(0, +) / Float(width) }
    }

    /// The middle of the first run of lowest values.
    private static func lowest(_ values: [Float]) -> (index: Int, value: Float)? {
        guard let value = values.min(), let first = values.firstIndex(of: value) else { return nil }
        let run = values[first...].prefix { $0 == value }
        return ((run.startIndex + run.endIndex - 1) / 2, value)
    }
}
