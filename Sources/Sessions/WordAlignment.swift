import Transcription

/// When each word of a text was said, from an engine's words and their times.
///
/// Engines divide a text otherwise than it is written: `side-by-side` comes as `side`, `-by`, `-side`, words carry
/// punctuation or lose it, and one may be missing or too many. So the letters of both are walked side by side. Where they
/// differ, the walk goes on at the nearest place from which they agree again. A word has the time of its letters, and a
/// piece's letters share the piece's time evenly; a word without any lies between its neighbours.
struct WordAlignment {
    private struct Letter {
        var character: String
        /// Index of the word that it stands in.
        var word: Int
        var range = 0..<0
    }

    /// Letters that must agree for the walk to go on behind a difference.
    private static let agreement = 4
    /// The most letters of both that a difference may have.
    private static let longestDifference = 80

    /// For each word of the text, in samples.
    let ranges: [Range<Int>]
    /// For each of the engine's words, the index of the text's word that it begins in.
    let owners: [Int]

    /// `nil` where less than two thirds of the text's letters are among the engine's, so that its times say nothing.
    init?(of spoken: SpokenWords, to timed: [Transcript.Word]) {
        let written = spoken.words.indices.flatMap { index in
            spoken.words[index].sound.map { Letter(character: String($0), word: index) }
        }
        let heard = timed.indices.flatMap { Self.letters(of: timed[$0], at: $0) }
        let pairs = Self.pairs(written, heard: heard)
        guard !pairs.isEmpty, 3 * pairs.count >= 2 * written.count else { return nil }

        var ranges = [Range<Int>?](repeating: nil, count: spoken.words.count)
        var owners = [Int?](repeating: nil, count: timed.count)
        for (written, heard) in pairs {
            let known = ranges[written.word] ?? heard.range
            let start = min(known.lowerBound, heard.range.lowerBound)
            ranges[written.word] = start..<max(known.upperBound, heard.range.upperBound)
            owners[heard.word] = owners[heard.word] ?? written.word
        }

        self.ranges = Self.filled(ranges)
        self.owners = Self.filled(owners)
    }

    private static func letters(of word: Transcript.Word, at index: Int) -> [Letter] {
        let letters = word.text.filter { $0.isLetter || $0.isNumber }.lowercased()
        let (start, length) = (word.range.lowerBound, word.range.count)
        return letters.enumerated().map { offset, character in
            let from = start + length * offset / letters.count
            let to = start + length * (offset + 1) / letters.count
            return Letter(character: String(character), word: index, range: from..<to)
        }
    }

    /// The letters that both have, in order.
    private static func pairs(_ written: [Letter], heard: [Letter]) -> [(Letter, Letter)] {
        var pairs: [(Letter, Letter)] = []
        var (one, other) = (written[...], heard[...])
        while let first = one.first, let second = other.first {
            if first.character == second.character {
                pairs.append((one.removeFirst(), other.removeFirst()))
            } else if let difference = difference(between: one, and: other) {
                one = one.dropFirst(difference.written)
                other = other.dropFirst(difference.heard)
            } else {
                break
            }
        }

        return pairs
    }

    /// The fewest letters of both to pass over until they agree again.
    private static func difference(
        between one: ArraySlice<Letter>,
        and other: ArraySlice<Letter>
    ) -> (written: Int, heard: Int)? {
        for total in 1...longestDifference {
            for written in 0...total where agree(one.dropFirst(written), other: other.dropFirst(total - written)) {
                return (written, total - written)
            }
        }
        return nil
    }

    private static func agree(_ one: ArraySlice<Letter>, other: ArraySlice<Letter>) -> Bool {
        guard !one.isEmpty, !other.isEmpty else { return false }
        return zip(one.prefix(agreement), other.prefix(agreement)).allSatisfy { $0.character == $1.character }
    }

    /// Words without a time lie where the word before them ends, or, at the beginning, where the first that has one begins.
    private static func filled(_ ranges: [Range<Int>?]) -> [Range<Int>] {
        let first = ranges.lazy.compactMap { $0 }.first?.lowerBound ?? 0
        var last = first..<first
        return ranges.map { range in
            if let range { last = range } else { last = last.upperBound..<last.upperBound }
            return last
        }
    }

    private static func filled(_ owners: [Int?]) -> [Int] {
        var last = owners.lazy.compactMap { $0 }.first ?? 0
        return owners.map { owner in
            last = owner ?? last
            return last
        }
    }
}
