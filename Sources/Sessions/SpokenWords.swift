import Transcription

/// The words of a text, as they compare and where they stand.
///
/// In scripts that are written without spaces, each character is a word.
struct SpokenWords {
    struct Word: Equatable {
        /// Letters and digits in lower case; `Don't,` is `dont`.
        var sound: String
        /// Where it begins in the text, with the punctuation that leads it.
        var start: String.Index
    }

    let words: [Word]
    private let source: String

    init(_ text: String) {
        source = text
        var words: [Word] = []

        // Whether the next letter goes on with the last word.
        var isOpen = false

        // Punctuation belongs to the word before it, or, where there is none or it opens something, to the one behind it.
        var lead: String.Index?
        var followsWord = false
        for index in text.indices {
            let character = text[index]
            let isWritten = character.isLetter || character.isNumber
            if character.isWhitespace {
                (isOpen, followsWord, lead) = (false, false, nil)
            } else if !isWritten {
                if lead == nil, !followsWord || character.opensSomething { lead = index }
            } else if isOpen, !character.isUnspaced, let last = words.indices.last {
                words[last].sound += character.lowercased()
                lead = nil
            } else {
                words.append(Word(sound: character.lowercased(), start: lead ?? index))
                (isOpen, followsWord, lead) = (!character.isUnspaced, true, nil)
            }
        }

        self.words = words
    }

    /// What the source says with these words and their punctuation, without white space behind it.
    func text(of range: Range<Int>) -> String {
        guard let first = words[range].first else { return "" }
        let start = range.lowerBound == 0 ? source.startIndex : first.start
        let end = range.upperBound == words.count ? source.endIndex : words[range.upperBound].start
        var text = source[start..<end]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

extension Character {
    /// Whether it is a bracket or quotation mark that opens.
    fileprivate var opensSomething: Bool {
        switch unicodeScalars.first?.properties.generalCategory {
        case .openPunctuation, .initialPunctuation: true
        default: false
        }
    }

    /// Whether it belongs to a script that is written without spaces.
    fileprivate var isUnspaced: Bool { unicodeScalars.first?.isUnspaced ?? false }
}
