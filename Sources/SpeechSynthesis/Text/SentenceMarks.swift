/// Tells the marks that end a sentence or a clause from those that do not: in numbers, abbreviations, initials and
/// addresses.
///
/// A mark is judged by what stands before it in the same piece, and by the one character after it.
struct SentenceMarks {
    enum Strength: Comparable, Sendable {
        case none
        case clause
        case sentence
    }

    private let text: ArraySlice<Character>

    init(_ text: ArraySlice<Character>) { self.text = text }

    /// What ends after the character at `index`, which is not the last.
    func strength(at index: Int) -> Strength {
        let next = text[index + 1]

        // A line of a list or a heading often ends without a mark.
        if next.isLineBreak, !text[index].isBlank { return .sentence }
        guard let mark = mark(upTo: index), !next.isClosing else { return .none }

        let character = text[mark]
        if character.isIdeographicMark {
            guard !next.isIdeographicMark else { return .none }
            return character.isAmong("。！？｡") ? .sentence : .clause
        }

        // A dash of this length may stand between two words without blanks.
        if character == "—", mark == index, next.isLetter || next.isBlank { return .clause }
        return next.isBlank ? strength(ofMark: mark) : .none
    }

    /// The index after the last sentence that has ended, also where nothing follows it yet.
    var lastFinishedSentence: Int? {
        guard let last = text.indices.last else { return nil }
        if isFinished(at: last) { return last + 1 }
        let end = text.indices.dropLast().last { isFinished(at: $0) && strength(at: $0) != .none }
        return end.map { $0 + 1 }
    }

    /// Whether a sentence can be over after the character, whatever follows.
    private func isFinished(at index: Int) -> Bool {
        guard let mark = mark(upTo: index), text[mark].isAmong(".!?…。！？｡؟۔।॥") else { return false }
        // A decimal may go on.
        if index == text.indices.last, text[mark] == ".", text[..<mark].last?.isNumber ?? false { return false }
        return text[mark].isIdeographicMark || isEllipsis(mark) || strength(ofMark: mark) == .sentence
    }

    /// The strength of a mark that a blank follows.
    private func strength(ofMark index: Int) -> Strength {
        if isEllipsis(index) { return .clause }
        let mark = text[index]
        if mark == "." { return isAbbreviation(before: index) || isNumbering(before: index) ? .none : .sentence }
        if mark.isAmong("!?؟۔।॥") { return .sentence }
        return mark.isAmong(",;:–—،؛") ? .clause : .none
    }

    /// The mark that the character is, or that stands before the closing quotes and brackets that end with it.
    private func mark(upTo index: Int) -> Int? {
        text[...index].lastIndex { !$0.isClosing }
    }

    private func isEllipsis(_ index: Int) -> Bool {
        if text[index] == "…" { return true }
        return text[index] == "." && index > text.startIndex && text[index - 1] == "."
    }

    /// Whether the word before a full stop is known for having one, or is an initial, alone or as in `e.g.`.
    private func isAbbreviation(before index: Int) -> Bool {
        let letters = text[..<index].reversed().prefix { $0.isLetter }
        let before = text[..<index].dropLast(letters.count).last
        if letters.count == 1, let letter = letters.first {
            return before == "." || letter.isUppercase
        }
        guard letters.count <= 6 else { return false }
        return Self.abbreviations.contains(String(letters.reversed()).lowercased())
    }

    /// Whether the full stop belongs to the number of an entry in a list.
    private func isNumbering(before index: Int) -> Bool {
        let digits = text[..<index].reversed().prefix { $0.isNumber }
        guard (1...3).contains(digits.count) else { return false }
        let before = text[..<index].dropLast(digits.count).last { !$0.isBlank || $0.isLineBreak }
        return before.map(\.isLineBreak) ?? true
    }

    /// Without those that are also words at the end of a sentence, such as "no." and "in.".
    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "mx", "dr", "prof", "sr", "jr", "st", "vs", "etc", "approx", "dept", "inc", "ltd", "corp",
        "capt", "sgt", "lt", "gen", "rev", "gov", "sen", "jan", "feb", "apr", "aug", "sept", "oct", "nov", "dec", "vol",
        "fig", "figs", "eds", "cf", "ca", "bzw", "usw", "evtl", "ggf", "nr", "str", "mme", "mlle",
    ]
}

/// What a character is, by its first scalar only: the others may not have come yet.
extension Character {
    private var scalar: Unicode.Scalar { unicodeScalars[unicodeScalars.startIndex] }

    fileprivate func isAmong(_ marks: String) -> Bool { marks.unicodeScalars.contains(scalar) }

    var isBlank: Bool { scalar.properties.isWhitespace }

    fileprivate var isLineBreak: Bool { isAmong("\n\r\u{85}\u{2028}\u{2029}") }

    fileprivate var isClosing: Bool { isAmong("\"')]}»”’›）］｝」』】〉》") }

    fileprivate var isIdeographicMark: Bool { isAmong("。！？｡、，；：､") }

    /// Chinese, Japanese or Korean.
    var isIdeographic: Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0x3041...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF,
            0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
