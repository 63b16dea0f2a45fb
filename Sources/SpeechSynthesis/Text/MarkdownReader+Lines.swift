/// The marks that begin a code block, and whether the line that is read is at its start.
struct CodeFence: Equatable, Sendable {
    var mark: Unicode.Scalar
    var count: Int
    var isAtLineStart = false
}

/// Blocks: what stands at the beginning of a line.
extension MarkdownReader {
    mutating func readLineStart() -> Bool {
        guard let mark = self[0] else { return false }

        switch mark {
        case "\n":
            endLine()
            return true
        case _ where mark.isSpace, ">":
            drop(1)
            return true
        case "#": return readHeading()
        case "-", "+", "*", "_", "=": return readListOrRule(mark)
        case "`", "~": return readFence(mark)
        case "[": return readCheckbox()
        case "|": return readTableStart()
        default:
            isAtLineStart = false
            return true
        }
    }

    private mutating func readHeading() -> Bool {
        let count = run { $0 == "#" }
        guard isKnown(count) else { return false }
        if count <= 6, self[count]?.isBlank ?? true { drop(count) } else { keep(count) }
        isAtLineStart = false
        return true
    }

    /// The mark of a list's entry, or a line across the page; else the marks mean something within the line.
    private mutating func readListOrRule(_ mark: Unicode.Scalar) -> Bool {
        let count = run { $0 == mark }
        guard isKnown(count) else { return false }
        let isBeforeBlank = self[count]?.isBlank ?? true
        let isEntry = count == 1 && isBeforeBlank && mark != "_" && mark != "="
        let isRule = count >= 3 && isBeforeBlank && mark != "+"
        if isEntry || isRule { drop(count) } else { isAtLineStart = false }
        return true
    }

    private mutating func readFence(_ mark: Unicode.Scalar) -> Bool {
        let count = run { $0 == mark }
        guard isKnown(count) else { return false }
        if count >= 3 {
            fence = CodeFence(mark: mark, count: count)
            drop(count)
        } else {
            isAtLineStart = false
        }
        return true
    }

    /// The box of a task, ticked or not.
    private mutating func readCheckbox() -> Bool {
        for distance in 1...2 {
            guard isKnown(distance) else { return false }
            let allowed = distance == 1 ? " xX" : "]"
            guard let mark = self[distance], allowed.unicodeScalars.contains(mark) else {
                isAtLineStart = false
                return true
            }
        }

        drop(3)
        isAtLineStart = false
        speech.noteGap()
        return true
    }

    /// The first bar of a table's row; the row of dashes under its head goes altogether.
    private mutating func readTableStart() -> Bool {
        let count = run { "|:- \t\r".unicodeScalars.contains($0) }
        guard isKnown(count) else { return false }
        guard let next = self[count], next != "\n" else {
            drop(min(count + 1, waiting.count - position))
            return true
        }
        isAtLineStart = false
        isTableRow = true
        drop(run { $0 == "|" || $0.isSpace })
        return true
    }

    /// Skips a line of code, or what there is of it; ends the code at its fence.
    mutating func skipCode() -> Bool {
        guard var code = fence else { return false }

        if code.isAtLineStart {
            let indent = run { $0 == " " }
            let count = run(from: indent) { $0 == code.mark }
            let blanks = run(from: indent + count) { $0.isSpace }
            let end = indent + count + blanks
            guard end > 64 || isKnown(end) else { return false }
            if count >= code.count, self[end]?.isLineBreak ?? isEnd {
                drop(min(end + 1, waiting.count - position))
                fence = nil
                isAtLineStart = true
                return true
            }
        }

        let length = run { !$0.isLineBreak }
        code.isAtLineStart = self[length] != nil
        drop(code.isAtLineStart ? length + 1 : length)
        fence = code
        return true
    }
}
