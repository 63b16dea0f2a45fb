/// Writes the elements of an SVG 1.1 document in the order in which they are painted.
struct SVGWriter {
    /// Where a text stands in relation to its coordinates.
    enum Anchor: String { case start, middle, end }

    private var elements: [String] = []

    /// The whole document.
    ///
    /// - Parameter title: What screen readers say of the picture.
    func document(width: Int, height: Int, style: String, title: String) -> String {
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" role="img">
            <title>\(Self.escaped(title))</title>
            <style>
            \(style)
            </style>

            """
        return head + elements.joined(separator: "\n") + "\n</svg>\n"
    }

    /// - Parameter title: What a browser shows while the pointer is on it.
    mutating func rectangle(_ box: Box, class name: String, title: String? = nil) {
        let size = "width=\"\(Self.number(box.width))\" height=\"\(Self.number(box.height))\""
        let start = "<rect class=\"\(name)\" x=\"\(Self.number(box.left))\" y=\"\(Self.number(box.top))\" \(size)"
        let end = title.map { "><title>\(Self.escaped($0))</title></rect>" } ?? "/>"
        elements.append(start + end)
    }

    /// Leaves an empty path out.
    mutating func path(_ path: SVGPath, class name: String) {
        if !path.data.isEmpty { elements.append("<path class=\"\(name)\" d=\"\(path.data)\"/>") }
    }

    /// - Parameter y: The line that the letters stand on.
    mutating func text(_ text: String, x: Double, y: Double, anchor: Anchor = .start, class name: String? = nil) {
        var attributes = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
        if anchor != .start { attributes += " text-anchor=\"\(anchor.rawValue)\"" }
        if let name { attributes += " class=\"\(name)\"" }
        elements.append("<text \(attributes)>\(Self.escaped(text))</text>")
    }

    /// Writes texts side by side, each after a square in the colour of its class.
    mutating func legend(_ entries: [(style: String, text: String)], x: Double, y: Double) {
        guard !entries.isEmpty else { return }
        // The reader lays it out, as only the reader knows how wide the letters are.
        let spans = entries.enumerated().map { index, entry in
            let gap = index == 0 ? "" : " dx=\"16\""
            return "<tspan class=\"\(entry.style)\"\(gap)>\u{25A0}</tspan> \(Self.escaped(entry.text))"
        }
        elements.append("<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\">\(spans.joined())</text>")
    }

    /// A coordinate with at most one decimal; what is not a number becomes 0, which every reader of SVG understands.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, fraction) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return fraction == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction)"
    }

    /// Text as content or as an attribute's value; characters that XML 1.0 forbids become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }

        return result
    }
}

/// A rectangle; x grows to the right, y downwards.
struct Box: Equatable {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double

    var width: Double { right - left }
    var height: Double { bottom - top }
    var middle: Double { (top + bottom) / 2 }
}
