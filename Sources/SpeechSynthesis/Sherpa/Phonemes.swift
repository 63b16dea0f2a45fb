import Foundation

/// What a voice that takes phonemes is to say: the code points of whole sentences.
struct Phonemes: Equatable, Sendable {
    /// None is empty.
    private(set) var sentences: [[Int32]] = []

    /// A longer sentence is more than some models take, which end the process on it.
    static let longestSentence = 400

    /// - Parameters:
    ///   - groups: The phonemes of each clause, as espeak-ng writes them.
    ///   - marks: The punctuation that follows each clause.
    ///   - scalars: What the model knows; everything else is left out.
    init(groups: [String], marks: [Character], scalars known: Set<Unicode.Scalar>) {
        var sentence: [Int32] = []
        for (group, mark) in zip(groups, marks) {
            let words = Self.scalars(group).split(separator: " ")
            for word in words {
                let points = word.filter(known.contains).prefix(Self.longestSentence / 2).map { Int32($0.value) }
                if points.isEmpty { continue }
                if sentence.count + points.count + 2 > Self.longestSentence { close(&sentence) }
                if !sentence.isEmpty, known.contains(" ") { sentence.append(Int32(UInt8(ascii: " "))) }
                sentence += points
            }
            guard !words.isEmpty, !sentence.isEmpty else { continue }
            sentence += mark.unicodeScalars.filter(known.contains).map { Int32($0.value) }
            if Clauses.endsSentence(mark) { close(&sentence) }
        }

        close(&sentence)
    }

    private mutating func close(_ sentence: inout [Int32]) {
        if !sentence.isEmpty { sentences.append(sentence) }
        sentence = []
    }

    /// Letters and their marks apart, lines joined, and without the names of languages that espeak-ng switches to.
    private static func scalars(_ group: String) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        var isInName = false
        for scalar in group.decomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar {
            case "(": isInName = true
            case ")": isInName = false
            case _ where isInName: continue
            case _ where scalar.properties.isWhitespace: scalars.append(" ")
            default: scalars.append(scalar)
            }
        }

        return scalars
    }
}

/// Text in pieces between which a voice pauses, each with the mark behind it.
struct Clauses: Equatable, Sendable {
    /// Each has a letter or a digit, and no line break.
    private(set) var texts: [String] = []
    private(set) var marks: [Character] = []

    init(_ text: some StringProtocol) {
        var clause = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            if let mark = Self.mark(character), rest.first.map(Self.mayFollow) ?? true {
                add(&clause, mark: mark)
            } else {
                clause.append(Self.isUnspoken(character) ? " " : character)
            }
        }
        add(&clause, mark: ".")
    }

    static func endsSentence(_ mark: Character) -> Bool { mark == "." || mark == "!" || mark == "?" }

    private mutating func add(_ clause: inout String, mark: Character) {
        let isSpoken = clause.contains { $0.isLetter || $0.isNumber }
        if isSpoken {
            texts.append(clause)
            marks.append(mark)
        }
        clause = ""
    }

    private static func mark(_ character: Character) -> Character? {
        switch character {
        case ".", "。", "…": "."
        case "!", "！": "!"
        case "?", "？": "?"
        case ",", "，", "、", "—": ","
        case ";", "；": ";"
        case ":", "：": ":"
        default: nil
        }
    }

    /// Whether a mark before it is not inside of a number, an address or an abbreviation.
    private static func mayFollow(_ character: Character) -> Bool {
        character.isWhitespace || mark(character) != nil || "\"'”’»)".contains(character) || !character.isASCII
    }

    /// What espeak-ng takes for its own, or would name.
    private static func isUnspoken(_ character: Character) -> Bool {
        character.isWhitespace || "[]<>{}()|\\^~_*`\"“”«»".contains(character)
            || character.unicodeScalars.allSatisfy { $0.value < 32 || $0.value == 127 }
    }
}
