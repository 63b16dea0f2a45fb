import Audio

/// How long cues stay on a screen: long enough to be read, and without flicker between them.
///
/// A cue may stay longer than its words, until two frames before the next; it never comes earlier or goes sooner.
enum CueTiming {
    /// - Parameter length: Samples in the whole file.
    static func shown(_ cues: [Cue], length: Int) -> [Cue] {
        var shown = cues
        for index in cues.indices {
            let range = cues[index].range
            let next = index + 1 < cues.count ? cues[index + 1].range.lowerBound : nil
            let limit = next.map { $0 - SamplePosition(CueLimits.gap) } ?? SamplePosition(length)
            var end = range.lowerBound + SamplePosition(CueLimits.shortest)
            if let next, next - max(end, range.upperBound) < SamplePosition(CueLimits.flicker) { end = limit }
            end = min(end, limit, range.lowerBound + SamplePosition(CueLimits.longest))
            shown[index].range = range.lowerBound..<max(range.upperBound, end)
        }

        return shown
    }
}
