/// Collects what can be spoken, and leaves no double blanks where something was dropped between two.
struct SpokenWriter: Sendable {
    private var text = String.UnicodeScalarView()
    private var last: Unicode.Scalar?
    private var lineBreaks = 0
    /// Whether something between two blanks may just have been dropped.
    private var hasGap = false
    private var hasEmoji = false

    mutating func write(_ scalar: Unicode.Scalar) {
        if scalar == "\r" || dropsAsEmoji(scalar) { return }
        let isAtStart = last.map(\.isLineBreak) ?? true
        if scalar.isLineBreak {
            guard last != nil, lineBreaks < 2 else { return }
        } else if scalar.isSpace, isAtStart || (hasGap && last?.isSpace == true) {
            return
        }

        lineBreaks = scalar.isLineBreak ? lineBreaks + 1 : 0
        hasGap = false
        last = scalar
        text.append(scalar)
    }

    mutating func write(_ words: some Sequence<Unicode.Scalar>) {
        for scalar in words { write(scalar) }
    }

    /// Says that what stood here is not spoken.
    mutating func noteGap() { hasGap = true }

    mutating func takeText() -> String {
        defer { text = String.UnicodeScalarView() }
        return String(text)
    }

    /// Emojis, and the marks that are only part of one.
    private mutating func dropsAsEmoji(_ scalar: Unicode.Scalar) -> Bool {
        let isMark: Bool
        switch scalar.value {
        // Of a number in a box, the box; of a flag or a sequence, what joins and varies.
        case 0x20E3, 0xFE0E, 0xFE0F, 0xE0020...0xE007F: isMark = true
        case 0x200D: isMark = hasEmoji
        case 0x2600...0x27BF, 0x1F000...: isMark = scalar.properties.isEmoji
        default: isMark = scalar.properties.isEmojiPresentation
        }

        hasEmoji = isMark
        if isMark { hasGap = true }
        return isMark
    }
}
