import Audio

/// The last samples of a stream.
struct SampleBuffer {
    private var samples: [Int16]
    /// How many at the front of `samples` have been dropped already.
    private var dropped = 0
    /// The position of the first sample that is still here.
    private(set) var start: SamplePosition

    init(start: SamplePosition = 0, samples: [Int16] = []) {
        self.start = start
        self.samples = samples
    }

    var count: Int { samples.count - dropped }
    var end: SamplePosition { start + SamplePosition(count) }

    /// Appends what `write` appends.
    mutating func append(_ write: (inout [Int16]) -> Void) {
        // An array doubles where it is full, which is a second copy of a long utterance.
        if samples.capacity - samples.count < Self.appendLength {
            samples.reserveCapacity(samples.count + max(Self.leastGrowth, samples.count / 4))
        }
        write(&samples)
    }

    /// What clients append at once, as a rule: 100 ms.
    private static let appendLength = SampleClock.rate / 10
    private static let leastGrowth = SampleClock.rate / 2

    /// Lets `body` see the samples at `range`, which must be here.
    func withSamples<Result>(_ range: Range<SamplePosition>, _ body: (Span<Int16>) -> Result) -> Result {
        body(samples.span.extracting(indices(range)))
    }

    func copy(_ range: Range<SamplePosition>) -> [Int16] { Array(samples[indices(range)]) }

    /// Drops what lies before `position`.
    mutating func drop(before position: SamplePosition) {
        let count = Int(min(max(position, start), end) - start)
        dropped += count
        start += SamplePosition(count)
        // Copying the rest costs no more, in the long run, than what was appended, and gives long utterances' room back.
        if dropped > samples.count / 2 {
            samples = Array(samples[dropped...])
            dropped = 0
        }
    }

    private func indices(_ range: Range<SamplePosition>) -> Range<Int> {
        let offset = dropped - Int(start)
        return Int(range.lowerBound) + offset..<Int(range.upperBound) + offset
    }
}
