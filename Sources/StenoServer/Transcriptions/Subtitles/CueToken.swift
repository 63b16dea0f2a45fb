import Audio
import Transcription

/// The least part of a text that is not divided: a word with its punctuation, or a sign of a script without spaces.
struct CueToken: Equatable {
    /// Where in the text it stands.
    var range: Range<String.Index>
    /// Its first and its last character, counted from the start of the text.
    var offsets: Range<Int>
    /// Its letters and digits, by which it is found in what an engine says.
    var letters: [Character]
    var ending: Ending
    /// When it is said.
    var time: Range<SamplePosition> = 0..<0

    enum Ending {
        case none
        case clause
        case sentence
    }

    /// The tokens of a text, in order.
    static func tokens(of text: String) -> [CueToken] {
        var tokens: [CueToken] = []
        var start: (index: String.Index, offset: Int)?
        var (index, offset) = (text.startIndex, 0)

        func close() {
            guard let first = start else { return }

            let word = text[first.index..<index]
            let letters = word.lowercased().filter { $0.isLetter || $0.isNumber }
            tokens.append(
                CueToken(
                    range: first.index..<index,
                    offsets: first.offset..<offset,
                    letters: Array(letters),
                    ending: ending(of: word)
                )
            )
            start = nil
        }

        while index < text.endIndex {
            let character = text[index]
            // Punctuation stays with the sign before it.
            if character.isWhitespace || (character.isWrittenSolid && character.isLetter) { close() }
            if !character.isWhitespace, start == nil { start = (index, offset) }
            index = text.index(after: index)
            offset += 1
        }

        close()
        return tokens
    }

    private static func ending(of word: Substring) -> Ending {
        switch word.last(where: { !closers.contains($0) }) {
        case ".", "!", "?", "…", "。", "！", "？", "؟", "।": .sentence
        case ",", ";", ":", "–", "—", "、", "，", "；", "：", "،": .clause
        default: .none
        }
    }

    /// What may follow the mark that ends a sentence.
    private static let closers: Set<Character> = ["\"", "'", "”", "’", "»", "«", ")", "]", "」", "』"]
}

extension Character {
    fileprivate var isWrittenSolid: Bool { unicodeScalars.first?.isUnspaced == true }
}
