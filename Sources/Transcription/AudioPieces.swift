import Audio

/// Divides audio that is too long for one call of an engine, in its quietest moments.
///
/// Utterances under turn detection are never that long; what a client commits by hand may be.
struct AudioPieces {
    /// How far before the longest length a quiet moment is looked for: 6 s.
    private static let search = SampleClock.samples(milliseconds: 6_000)
    /// Loudness is compared over this length: 100 ms.
    private static let window = SampleClock.samples(milliseconds: 100)

    /// Parts of at most `longest` samples, which follow each other and make up the whole.
    static func ranges(of samples: [Int16], longest: Int) -> [Range<Int>] {
        precondition(longest > 2 * window, "A piece is longer than the moments that are compared")
        var ranges: [Range<Int>] = []
        var start = 0
        while samples.count - start > longest {
            let earliest = start + max(longest / 2, longest - search)
            let cut = quietest(in: samples, from: earliest, to: start + longest)
            ranges.append(start..<cut)
            start = cut
        }
        return ranges + [start..<samples.count]
    }

    /// The middle of the quietest window; of equal ones the last, so that pieces are as long as they can be.
    private static func quietest(in samples: [Int16], from first: Int, to last: Int) -> Int {
        var best = (energy: Int64.max, middle: last)
        for start in stride(from: first, through: last - window, by: window / 2) {
            let energy = samples[start..<start + window].reduce(Int64(0)) { $0 + Int64($1) * Int64($1) }
            if energy <= best.energy { best = (energy, start + window / 2) }
        }
        return best.middle
    }
}
