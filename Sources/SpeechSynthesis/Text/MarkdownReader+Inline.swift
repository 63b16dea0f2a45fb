/// What stands within a line.
extension MarkdownReader {
    mutating func readInline() -> Bool {
        guard let mark = self[0] else { return false }

        if mark.isLineBreak {
            endLine()
            return true
        }

        if codeMarks > 0, mark != "`" {
            keep(1)
            return true
        }

        switch mark {
        case "`": return readCodeMarks()
        case "\\": return readEscape()
        case "*", "_", "~": return readEmphasis(mark)
        case "!" where previous?.isBlank ?? true: return readImage()
        case "[": return readLink()
        case "<": return readTag()
        case "|" where isTableRow, _ where isTableRow && mark.isSpace: return readBar()
        case "h", "H", "w", "W": return readAddress()
        default:
            keep(1)
            return true
        }
    }

    private mutating func readCodeMarks() -> Bool {
        let count = run { $0 == "`" }
        guard isKnown(count) else { return false }
        if codeMarks == 0 {
            codeMarks = count
            drop(count)
        } else if codeMarks == count {
            codeMarks = 0
            drop(count)
        } else {
            keep(count)
        }

        return true
    }

    /// A backslash makes a mark an ordinary character.
    private mutating func readEscape() -> Bool {
        guard isKnown(1) else { return false }
        if self[1]?.isASCIIPunctuation ?? false {
            drop(1)
            keep(1)
        } else if self[1]?.isLineBreak ?? false {
            drop(1)
        } else {
            keep(1)
        }
        return true
    }

    /// Marks of emphasis, unless they are a product (`2 * 3`, `2*3`), part of a name (`snake_case`) or a circa (`~5`).
    private mutating func readEmphasis(_ mark: Unicode.Scalar) -> Bool {
        let count = run { $0 == mark }
        guard isKnown(count) else { return false }
        let (before, after) = (previous, self[count])
        let isAlone = (before?.isBlank ?? true) && (after?.isBlank ?? true)
        let isInWord = (before?.isWord ?? false) && (after?.isWord ?? false)
        let isInNumber = (before?.isDigit ?? false) && (after?.isDigit ?? false)

        let isText =
            switch mark {
            case "*": count == 1 && (isAlone || isInNumber)
            case "_": isAlone || isInWord
            default: count == 1
            }
        if isText { keep(count) } else { drop(count) }
        return true
    }

    /// A bar between two cells is a pause, one at the end of the row nothing.
    private mutating func readBar() -> Bool {
        let count = run { $0 == "|" || $0.isSpace }
        guard isKnown(count) else { return false }
        let hasBar = (0..<count).contains { self[$0] == "|" }
        if !hasBar { keep(count) } else { drop(count) }
        if hasBar, let next = self[0], !next.isLineBreak { speech.write(", ".unicodeScalars) }
        return true
    }

    /// Drops a tag of HTML, and says the host of an address between angle brackets.
    private mutating func readTag() -> Bool {
        guard isKnown(1) else { return false }

        let isTag = self[1].map { $0.properties.isAlphabetic && $0.isASCII || $0 == "/" || $0 == "!" } ?? false
        let end = run { $0 != ">" && !$0.isLineBreak }
        guard isTag, end <= 256 else {
            keep(1)
            return true
        }

        guard isKnown(end) else { return false }
        guard self[end] == ">" else {
            keep(1)
            return true
        }

        let content = waiting[position + 1..<position + end]
        let name = String(String.UnicodeScalarView(content)).lowercased()
        drop(end + 1)
        if let scheme = ["http://", "https://"].first(where: name.hasPrefix) {
            speech.write(Self.host(behindScheme: content.dropFirst(scheme.count)))
        } else if name.hasPrefix("br") {
            speech.write("\n")
        } else {
            speech.noteGap()
        }

        return true
    }
}
