/// Links, images and addresses.
extension MarkdownReader {
    /// The longest text of a link, and the longest address, in scalars; what is longer is neither.
    private static let longestText = 256
    private static let longestAddress = 2_048

    /// An image is spoken as a link is: by its text.
    mutating func readImage() -> Bool {
        guard isKnown(1) else { return false }
        if self[1] == "[" { drop(1) } else { keep(1) }
        return true
    }

    /// Leaves the text of a link, to be read in its turn; drops a footnote's mark; keeps other brackets.
    mutating func readLink() -> Bool {
        switch closing("[", close: "]", from: 0, within: Self.longestText) {
        case .unknown: return false
        case .none: keep(1)
        case .at(let end):
            guard isKnown(end + 1) else { return false }
            if self[1] == "^" {
                drop(end + 1)
            } else if self[end + 1] == "(" {
                return readTarget(closing("(", close: ")", from: end + 1, within: Self.longestAddress), behind: end)
            } else if self[end + 1] == "[" {
                return readTarget(closing("[", close: "]", from: end + 1, within: Self.longestText), behind: end)
            } else {
                keep(1)
            }
        }

        return true
    }

    private mutating func readTarget(_ target: Closing, behind end: Int) -> Bool {
        switch target {
        case .unknown: return false
        case .none: keep(1)
        case .at(let last):
            let text = waiting[position + 1..<position + end]
            waiting.replaceSubrange(position...position + last, with: Array(text))
        }
        return true
    }

    private enum Closing {
        case at(Int)
        case none
        case unknown
    }

    /// Where the bracket at `start` is closed, in the same line.
    private func closing(_ open: Unicode.Scalar, close: Unicode.Scalar, from start: Int, within limit: Int) -> Closing {
        var depth = 0
        for distance in start..<start + limit {
            guard let scalar = self[distance] else { return isEnd ? .none : .unknown }
            if scalar.isLineBreak { return .none }
            if scalar == open { depth += 1 }
            if scalar == close { depth -= 1 }
            if depth == 0 { return .at(distance) }
        }
        return .none
    }

    /// Speaks the host of an address, and keeps what only looks like the beginning of one.
    mutating func readAddress() -> Bool {
        guard !(previous.map { $0.isASCII && $0.isWord } ?? false) else {
            keep(1)
            return true
        }
        switch schemeLength() {
        case .unknown: return false
        case .none: keep(1)
        case .at(let scheme): return readAddress(behindScheme: scheme)
        }
        return true
    }

    private mutating func readAddress(behindScheme scheme: Int) -> Bool {
        let all = run(from: scheme) { $0.isASCII && $0 > " " && !"<>\"`{}|\\^\u{7F}".unicodeScalars.contains($0) }
        guard all > Self.longestAddress || isKnown(scheme + all) else { return false }
        let address = Self.trimmed(waiting[position + scheme..<position + scheme + min(all, Self.longestAddress)])
        let host = Self.host(behindScheme: address)
        guard !host.isEmpty else {
            keep(scheme)
            return true
        }

        speech.write(host)
        drop(scheme + address.count)
        return true
    }

    /// How many scalars say that an address follows; `www.` counts, as it is not spoken.
    private func schemeLength() -> Closing {
        var mayBegin = false
        for scheme in ["https://", "http://", "www."] {
            let start = Array(scheme.unicodeScalars)
            let seen = waiting[position...].prefix(start.count).map(\.lowercased)
            if seen == start { return .at(start.count) }
            mayBegin = mayBegin || start.starts(with: seen)
        }
        return mayBegin && !isEnd ? .unknown : .none
    }

    /// The name of the host as people say it; empty where there is none.
    static func host(behindScheme address: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        let authority = address.prefix { !"/?#".unicodeScalars.contains($0) }
        let server = authority.split(separator: "@").last ?? authority
        let host = server.prefix { $0 != ":" }
        guard host.contains(where: \.isWord) else { return [] }
        return host.count > 4 && host.starts(with: "www.".unicodeScalars) ? host.dropFirst(4) : host
    }

    /// Without the punctuation behind an address, which is the sentence's; a bracket belongs to it that it opened.
    private static func trimmed(_ address: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var address = address
        while let last = address.last {
            let isUnopened = last == ")" && address.count(where: { $0 == ")" }) > address.count(where: { $0 == "(" })
            guard isUnopened || ".,;:!?'*_~]".unicodeScalars.contains(last) else { break }
            address.removeLast()
        }
        return address
    }
}
