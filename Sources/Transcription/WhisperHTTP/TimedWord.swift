internal import Audio

/// A word as a backend gives it.
struct TimedWord: Equatable {
    /// As it came, with the leading space that Whisper puts before a new word.
    var text: String
    /// In the backend's unit, which is seconds almost everywhere.
    var start: Double
    var end: Double

    /// Whole words from the tokens that whisper.cpp gives.
    ///
    /// In a list where tokens begin with a space, one that does not continues the word before. Scripts that are
    /// written without spaces are left as they are.
    static func joined(_ tokens: [TimedWord]) -> [TimedWord] {
        guard tokens.contains(where: { $0.text.hasPrefix(" ") }) else { return tokens }
        return tokens.reduce(into: []) { words, token in
            let isSpaced = token.text.unicodeScalars.first.map { $0.value < 0x2E80 } ?? true
            if let last = words.indices.last, !token.text.hasPrefix(" "), isSpaced {
                words[last].text += token.text
                words[last].end = token.end
            } else {
                words.append(token)
            }
        }
    }
}

extension TranscriptionResponse {
    /// The transcript of an utterance of that many samples.
    ///
    /// Older LocalAI servers give times in nanoseconds. They are known by being out of all proportion: Whisper pads
    /// to 30 s, so no time in seconds lies more than that beyond the end. If the latest one does, all are taken as
    /// nanoseconds, and if that does not fit either, the words are left out. Words that reach beyond the utterance
    /// are clipped to it.
    func transcript(sampleCount: Int) -> Transcript {
        let longest = Double(sampleCount) / Double(SampleClock.rate) + 30
        let latest = words.reduce(0) { max($0, $1.start, $1.end) }
        guard let unit = [1, 1e-9].first(where: { latest * $0 <= longest }) else { return Transcript(text: text) }
        func position(_ time: Double) -> Int {
            Int(min(max((time * unit * Double(SampleClock.rate)).rounded(), 0), Double(sampleCount)))
        }
        return Transcript(
            text: text,
            words: words.compactMap { word in
                let text = trimmed(word.text)
                let start = position(word.start)
                return text.isEmpty ? nil : .init(text: text, range: start..<max(start, position(word.end)))
            }
        )
    }
}
