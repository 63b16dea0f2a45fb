import Audio

/// A piece of a word, and when it begins.
struct TimedToken: Equatable, Sendable {
    /// A new word begins with a space, or with `▁` (U+2581), which sentencepiece writes for it.
    var text: String
    /// Seconds from the start of the audio.
    var start: Float
}

extension Transcript.Word {
    /// Whole words from tokens in the order of time.
    ///
    /// Models tell when a token begins, not when it ends: a word lasts until the next one begins, and at most a second
    /// beyond the beginning of its last token.
    ///
    /// - Parameters:
    ///   - offset: Samples of the utterance before the audio that the times count from; negative for padding.
    ///   - end: Where the utterance ends, in samples.
    static func words(_ tokens: [TimedToken], offset: Int, end: Int) -> [Transcript.Word] {
        func position(_ seconds: Float) -> Int {
            min(max(0, Int(seconds * Float(SampleClock.rate)) + offset), end)
        }
        var words: [(text: String, start: Int, lastToken: Int)] = []
        for token in tokens {
            let beginsWord = token.text.hasPrefix(" ") || token.text.hasPrefix("▁")
            let text = token.text.drop { $0 == " " || $0 == "▁" }
            if text.isEmpty { continue }
            if let last = words.indices.last, !beginsWord {
                words[last].text += text
                words[last].lastToken = position(token.start)
            } else {
                words.append((String(text), position(token.start), position(token.start)))
            }
        }

        let starts = words.dropFirst().map(\.start) + [end]
        return zip(words, starts).map { word, next in
            let last = min(next, word.lastToken + SampleClock.rate)
            return Transcript.Word(text: word.text, range: word.start..<max(word.start, last))
        }
    }
}
