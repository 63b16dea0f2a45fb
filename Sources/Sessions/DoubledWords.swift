import Audio

/// Two texts in a row, the second of which begins with audio that the first ends with: how many words are in both.
///
/// They are the longest run of words that ends the first and begins the second. Either text may have up to two words of
/// its own at that end, as an engine mishears what is cut off; such a run counts when it has at least as many words as are
/// passed over, and four letters, so that likeness by chance does not. A cut in mid-word leaves halves: the first may end
/// with the beginning of a word that the second has whole, and the second may begin with the end of a word that the first
/// has whole. No more words count than can be said in the overlap.
struct DoubledWords {
    /// The shortest word said alone takes about this long: 100 ms.
    private static let shortestWord = SampleClock.samples(milliseconds: 100)
    /// The fewest letters that tell a word, or half of one, from others.
    private static let fewestLetters = 4
    /// The most words that are passed over at either end.
    private static let mostMisheard = 2

    private let first: [String]
    private let second: [String]
    private let limit: Int

    /// - Parameter overlap: Samples that both have.
    init(first: SpokenWords, second: SpokenWords, overlap: Int) {
        self.first = first.words.map(\.sound)
        self.second = second.words.map(\.sound)
        limit = max(1, overlap / Self.shortestWord)
    }

    /// A run of the same words, and the words of either text between it and the seam.
    struct Run {
        var length: Int
        /// Words of the first behind it.
        var behind: Int
        /// Words of the second before it.
        var before: Int
        /// Whether the first ends with half of a word that the second has whole behind the run.
        var isHalved = false
    }

    /// How many words at the beginning of the second are not to be said again.
    var count: Int { run.map { $0.before + $0.length } ?? 0 }

    /// The longest run, or `nil` when no words are in both.
    var run: Run? {
        var best: (worth: Int, run: Run)?
        for behind in 0...Self.mostMisheard {
            for before in 0...Self.mostMisheard {
                let longest = min(limit - max(behind, before), second.count - before)
                for length in stride(from: 1, through: longest, by: 1) {
                    var run = Run(length: length, behind: behind, before: before)
                    run.isHalved = behind == 1 && endsWithHalf(of: before + length)
                    if let worth = worth(run), worth > best?.worth ?? -1 { best = (worth, run) }
                }
            }
        }
        return best?.run
    }

    /// How many more words the run has than are passed over for it; `nil` when it says nothing.
    private func worth(_ run: Run) -> Int? {
        guard matches(run) else { return nil }
        // Half a word, of which the other text has the whole, was not misheard.
        let passedOver = run.before + (run.isHalved ? 0 : run.behind)
        let letters = second[run.before..<run.before + run.length].reduce(0) { $0 + $1.count }
        guard passedOver == 0 || letters >= Self.fewestLetters else { return nil }
        return run.length - passedOver
    }

    /// Whether the first's last word is the beginning of the second's word of that index, which then stays.
    private func endsWithHalf(of index: Int) -> Bool {
        guard index < second.count, let last = first.last else { return false }
        return second[index] != last && second[index].hasPrefix(last)
    }

    /// Whether the letters are the same: an engine writes `data set` once and `dataset` the next time.
    private func matches(_ run: Run) -> Bool {
        let words = second[run.before..<run.before + run.length]
        let wanted = words.joined()
        var index = first.count - run.behind
        var letters = ""
        while index > 0, letters.count < wanted.count {
            index -= 1
            letters = first[index] + letters
        }

        if letters == wanted { return true }

        guard run.before == 0, let half = words.first, index < first.count else { return false }
        return letters.hasSuffix(wanted) && Self.isEnd(half, of: first[index])
    }

    private static func isEnd(_ half: String, of whole: String) -> Bool {
        half.count >= fewestLetters && whole.hasSuffix(half)
    }
}
