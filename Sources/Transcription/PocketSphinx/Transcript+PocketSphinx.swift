import Audio

extension Transcript {
    private static let samplesPerFrame = SampleClock.rate / 100

    /// The words of a path, without fillers and without the numbers of alternative pronunciations.
    init(_ segments: [PocketSphinxDecoder.Segment], sampleCount: Int) {
        let words = segments.compactMap { segment -> Word? in
            guard !Self.isFiller(segment.text) else { return nil }
            let start = min(segment.frames.lowerBound * Self.samplesPerFrame, sampleCount)
            let end = min(segment.frames.upperBound * Self.samplesPerFrame, sampleCount)
            return Word(text: Self.withoutPronunciation(segment.text), range: start..<end)
        }
        self.init(text: words.map(\.text).joined(separator: " "), words: words)
    }

    /// `<s>`, `</s>`, `<sil>`, `[NOISE]`, `++BREATH++`: no dictionary word begins like these.
    private static func isFiller(_ text: String) -> Bool {
        text.isEmpty || text.hasPrefix("<") || text.hasPrefix("[") || text.hasPrefix("++")
    }

    /// `read(2)` is the second pronunciation of `read`.
    private static func withoutPronunciation(_ text: String) -> String {
        guard text.hasSuffix(")"), let bracket = text.lastIndex(of: "("), bracket > text.startIndex else { return text }
        let number = text[text.index(after: bracket)...].dropLast()
        guard !number.isEmpty, number.allSatisfy(\.isWholeNumber) else { return text }
        return String(text[..<bracket])
    }
}
