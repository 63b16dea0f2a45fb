/// What an assistant's message says, and how much of it has been made, sent and told.
///
/// The twin of `AudioLedger` for speech that goes out: made ≥ sent ≥ heard. Positions are samples at the output's rate,
/// from the message's first. Within a piece of text, words lie where their characters do.
struct SpokenLedger: Equatable {
    private struct Piece: Equatable {
        var text: String
        var characters: Int
        /// Where its first sample lies.
        var start: Int
        var made = 0
        var isComplete = false
    }

    /// How long a character lasts until a piece has shown it: 65 ms, about 15 characters a second.
    private static let secondsPerCharacter = 0.065

    let rate: Int
    private var pieces: [Piece] = []
    /// Samples that the engine has made.
    private(set) var made = 0
    /// Samples that have gone to the client.
    private(set) var sent = 0
    /// The text whose first samples have been sent.
    private(set) var told = ""

    init(rate: Int) { self.rate = rate }

    /// Everything that is to be said, as far as it is known.
    var text: String { pieces.map(\.text).joined() }

    /// The next piece of text begins; its audio follows that of the piece before.
    mutating func begin(_ text: String) {
        pieces.append(Piece(text: text, characters: text.count, start: made))
    }

    /// More of the last piece's audio has been made.
    mutating func make(_ count: Int) {
        guard let last = pieces.indices.last else { return }
        made += count
        pieces[last].made += count
    }

    /// The last piece has all its audio.
    mutating func completePiece() {
        guard let last = pieces.indices.last else { return }
        pieces[last].isComplete = true
    }

    /// Samples have gone to the client.
    ///
    /// - Returns: The words whose first samples are among them.
    mutating func send(_ count: Int) -> String {
        sent = min(made, sent + count)
        return tell(text { start, _ in start < sent })
    }

    /// Everything that will be has been made and sent.
    ///
    /// - Returns: Words that no audio stood for.
    mutating func finish() -> String { tell(text) }

    private mutating func tell(_ text: String) -> String {
        guard text.count > told.count else { return "" }
        let delta = String(text.dropFirst(told.count))
        told = text
        return delta
    }

    /// The text that has been heard when so many samples have: a word counts once more than half of it has.
    func text(heard samples: Int) -> String {
        let samples = min(samples, sent)
        let text = text { start, end in (start + end) / 2 < samples }
        return String(text.prefix(told.count))
    }

    /// The text from the first word on that does not pass.
    private func text(while passes: (_ start: Int, _ end: Int) -> Bool) -> String {
        var kept = ""
        for piece in pieces {
            let length = length(of: piece)
            var position = 0
            for word in piece.text.wordsWithSpaces {
                let end = position + word.count
                let start = piece.start + position * length / max(piece.characters, 1)
                guard passes(start, piece.start + end * length / max(piece.characters, 1)) else { return kept }
                kept += word
                position = end
            }
        }

        return kept
    }

    /// Samples that a piece has or, while it is being made, is expected to have.
    private func length(of piece: Piece) -> Int {
        if piece.isComplete { return piece.made }
        let complete = pieces.filter { $0.isComplete && $0.characters > 0 }
        let known = complete.reduce(0) { $0 + $1.characters }
        let perCharacter: Double
        if known > 0 {
            perCharacter = Double(complete.reduce(0) { $0 + $1.made }) / Double(known)
        } else {
            perCharacter = Self.secondsPerCharacter * Double(rate)
        }
        return max(piece.made, Int(perCharacter * Double(piece.characters)))
    }
}

extension String {
    /// The words, each with the spaces before it.
    fileprivate var wordsWithSpaces: [Substring] {
        var words: [Substring] = []
        var start = startIndex
        while start < endIndex {
            let word = self[start...].firstIndex { !$0.isWhitespace } ?? endIndex
            let end = self[word...].firstIndex(where: \.isWhitespace) ?? endIndex
            words.append(self[start..<end])
            start = end
        }
        return words
    }
}
