import Audio

/// Shares speech out among the words of its text, where nothing says when each was said: in proportion to their lengths,
/// over the time in which there was a voice.
struct SharedTime {
    private let runs: [Range<SamplePosition>]
    private let voiced: SamplePosition

    /// - Parameters:
    ///   - runs: Where there was a voice.
    ///   - span: Where the text was said, which counts when there is no run.
    init(_ runs: [Range<SamplePosition>], in span: Range<SamplePosition>) {
        self.runs = runs.isEmpty ? [span] : runs
        voiced = self.runs.reduce(0) { $0 + SamplePosition($1.count) }
    }

    /// The time of each of the words that have these lengths.
    func times(of lengths: [Int]) -> [Range<SamplePosition>] {
        let total = SamplePosition(max(1, lengths.reduce(0, +)))
        var before: SamplePosition = 0
        return lengths.map { length in
            let start = position(voiced * before / total, isEnd: false)
            before += SamplePosition(length)
            return start..<max(start, position(voiced * before / total, isEnd: true))
        }
    }

    /// Where so much of a voice has been heard; between two runs, an end lies before the pause and a start behind it.
    private func position(_ heard: SamplePosition, isEnd: Bool) -> SamplePosition {
        var rest = heard
        for run in runs {
            let length = SamplePosition(run.count)
            if rest < length || (isEnd && rest == length) { return run.lowerBound + rest }
            rest -= length
        }
        return runs[runs.count - 1].upperBound
    }
}
