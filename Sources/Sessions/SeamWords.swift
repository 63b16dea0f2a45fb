import Audio

/// Two texts in a row that have no words in common where their audio overlaps, and what an engine heard in a short piece
/// of audio around the cut: with which word the second begins.
///
/// The piece is a bridge. Words that end the first are found in it (`DoubledWords`); what it goes on with was not said by
/// the first, and is looked for near the beginning of the second. Words of the second before that have been said.
struct SeamWords {
    /// Samples of the piece on either side of the cut: 1.5 s.
    static let reach = SampleClock.samples(milliseconds: 1_500)

    /// Words that the piece may have misheard before it agrees with the second.
    private static let mostMisheard = 2
    /// The fewest letters that tell words from others.
    private static let fewestLetters = 4
    /// The most words of the second that may have been said: a hundred milliseconds each.
    private static let mostSaid = reach / SampleClock.samples(milliseconds: 100)

    let first: SpokenWords
    let second: SpokenWords
    let piece: SpokenWords

    /// Index of the word that the second begins with; `nil` where the piece does not tell.
    var firstKept: Int? {
        guard let run = DoubledWords(first: first, second: piece, overlap: 2 * Self.reach).run else { return nil }
        let rest = piece.words.dropFirst(run.before + run.length).map(\.sound)
        let misheard = run.isHalved ? [] : first.words.suffix(run.behind).map(\.sound)
        return beginning(of: Array(rest.dropFirst(Self.count(in: rest, standingFor: misheard))))
    }

    /// How many of the piece's next words the first heard as others: those with about as many letters.
    private static func count(in words: [String], standingFor others: [String]) -> Int {
        let letters = others.joined().count
        func distance(_ count: Int) -> Int { abs(words.prefix(count).joined().count - letters) }
        let counts = 0...min(words.count, others.count + 1)
        return counts.min { distance($0) < distance($1) } ?? 0
    }

    private func beginning(of unsaid: [String]) -> Int? {
        let sounds = second.words.map(\.sound)
        var best: (worth: Int, index: Int)?
        for index in 0..<min(sounds.count, Self.mostSaid) {
            for misheard in 0...Self.mostMisheard {
                let run = zip(unsaid.dropFirst(misheard), sounds.dropFirst(index)).prefix { $0 == $1 }.map(\.0)
                let letters = run.reduce(0) { $0 + $1.count }
                let worth = run.count - misheard
                guard letters >= Self.fewestLetters, worth >= 0, worth > best?.worth ?? -1 else { continue }
                best = (worth, max(0, index - misheard))
            }
        }

        return best?.index
    }
}
