/// Reads markdown as it comes and keeps what can be spoken of it.
///
/// Each step looks at what waits from `position` on and either takes some of it, or waits for more. At the end of the
/// text nothing waits: what might have become a mark is then none.
struct MarkdownReader: Sendable {
    /// Scalars from the last one taken on.
    var waiting: [Unicode.Scalar] = []
    /// The first of them that is not taken.
    var position = 0
    /// Whether no scalar follows those that wait.
    var isEnd = false
    var speech = SpokenWriter()

    /// Whether only marks of the line have been read.
    var isAtLineStart = true
    var fence: CodeFence?
    /// Backquotes that began the code in this line, of which there is as many at its end; 0 outside of code.
    var codeMarks = 0
    var isTableRow = false
    /// The last scalar taken, mark or not.
    var previous: Unicode.Scalar?

    mutating func read(isEnd: Bool) -> String {
        self.isEnd = isEnd
        while position < waiting.count, step() {}
        waiting.removeFirst(position)
        position = 0
        return speech.takeText()
    }

    /// Takes something; `false` when it needs more to know what that is.
    private mutating func step() -> Bool {
        if fence != nil { return skipCode() }
        return isAtLineStart ? readLineStart() : readInline()
    }

    // What the steps look with.

    /// The scalar so far behind the position; `nil` where there is none yet, or none at all.
    subscript(_ distance: Int) -> Unicode.Scalar? {
        let index = position + distance
        return index < waiting.count ? waiting[index] : nil
    }

    /// Whether there is a scalar so far behind the position, or certainly none.
    func isKnown(_ distance: Int) -> Bool { isEnd || position + distance < waiting.count }

    /// How many scalars from the one at `distance` on are like `isLike`.
    func run(from distance: Int = 0, where isLike: (Unicode.Scalar) -> Bool) -> Int {
        waiting[min(position + distance, waiting.count)...].prefix(while: isLike).count
    }

    // What they do.

    /// Drops marks.
    mutating func drop(_ count: Int) {
        guard count > 0 else { return }
        previous = self[count - 1]
        position += count
    }

    /// Speaks scalars as they are.
    mutating func keep(_ count: Int) {
        for scalar in waiting[position..<min(position + count, waiting.count)] { speech.write(scalar) }
        drop(count)
    }

    mutating func endLine() {
        drop(1)
        speech.write("\n")
        codeMarks = 0
        isTableRow = false
        isAtLineStart = true
    }
}

extension Unicode.Scalar {
    var isLineBreak: Bool { self == "\n" }
    /// A blank within a line.
    var isSpace: Bool { self == " " || self == "\t" || self == "\u{A0}" || self == "\r" }
    var isBlank: Bool { properties.isWhitespace }
    var isWord: Bool { properties.isAlphabetic || properties.numericType != nil }
    var lowercased: Unicode.Scalar { Unicode.Scalar(properties.lowercaseMapping) ?? self }
    var isDigit: Bool { ("0"..."9").contains(self) }
    var isASCIIPunctuation: Bool {
        ("!"..."/").contains(self) || (":"..."@").contains(self) || ("["..."`").contains(self)
            || ("{"..."~").contains(self)
    }
}
