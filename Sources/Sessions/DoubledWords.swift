import Audio
import Transcription

/// Two transcripts in a row, the second of which begins with audio that the first ends with.
///
/// The doubled words are the longest run that ends the first and begins the second. A cut in mid-word leaves halves: the
/// first may end with the beginning of a word that the second has whole, and the second may begin with the end of a word
/// that the first has whole. Where both have word times, words only count as the same when they were said at the same
/// time; without, no more words count than can be said in the overlap.
struct DoubledWords {
    /// How far apart two engines' passes may place the same word: 300 ms.
    private static let tolerance = SampleClock.samples(milliseconds: 300)
    /// The shortest word said alone takes about this long: 100 ms.
    private static let shortestWord = SampleClock.samples(milliseconds: 100)
    /// The fewest letters that tell half a word.
    private static let shortestHalf = 4

    /// One word, and when it was said if that is known, in samples from the start of the first transcript.
    private struct Word {
        var sound: String
        var time: Int?
    }

    private let second: Transcript
    private let firstWords: [Word]
    private let secondWords: [Word]
    private let limit: Int

    /// - Parameters:
    ///   - offset: Where the second begins, in samples from the start of the first.
    ///   - overlap: Samples that both have.
    init(first: Transcript, offset: Int, second: Transcript, overlap: Int) {
        self.second = second
        firstWords = Self.words(first, offset: 0)
        secondWords = Self.words(second, offset: offset)
        limit = max(1, overlap / Self.shortestWord)
    }

    /// The second transcript without the words that the first has too.
    var removed: Transcript {
        let count = self.count
        guard count > 0 else { return second }
        let words = SpokenWords(second.text).words
        let text = count < words.count ? String(second.text[words[count].start...]) : ""
        return Transcript(text: text, words: second.hasTimes ? Array(second.words.dropFirst(count)) : second.words)
    }

    /// How many words at the beginning of the second are doubled.
    var count: Int {
        let longest = min(limit, firstWords.count, secondWords.count)
        return (1...max(1, longest)).last { $0 <= longest && isDoubled($0) } ?? 0
    }

    private func isDoubled(_ count: Int) -> Bool {
        matches(count, upTo: firstWords.count) || endsWithHalf(of: count) && matches(count, upTo: firstWords.count - 1)
    }

    /// Whether the first's last word is the beginning of the second's word of that index, which then stays.
    private func endsWithHalf(of index: Int) -> Bool {
        guard firstWords.count > index, index < secondWords.count, let last = firstWords.last else { return false }
        return secondWords[index].sound != last.sound && secondWords[index].sound.hasPrefix(last.sound)
    }

    private func matches(_ count: Int, upTo end: Int) -> Bool {
        zip(firstWords[end - count..<end], secondWords[..<count]).enumerated().allSatisfy { index, pair in
            let (one, other) = pair
            if let time = one.time, let otherTime = other.time, abs(time - otherTime) > Self.tolerance { return false }
            return one.sound == other.sound || index == 0 && Self.isEnd(other.sound, of: one.sound)
        }
    }

    private static func isEnd(_ half: String, of whole: String) -> Bool {
        half.count >= shortestHalf && whole.hasSuffix(half)
    }

    private static func words(_ transcript: Transcript, offset: Int) -> [Word] {
        let sounds = SpokenWords(transcript.text).words.map(\.sound)
        guard transcript.hasTimes else { return sounds.map { Word(sound: $0) } }
        return zip(sounds, transcript.words).map { sound, word in
            Word(sound: sound, time: offset + (word.range.lowerBound + word.range.upperBound) / 2)
        }
    }
}

extension Transcript {
    /// Whether each word of the text has its time.
    fileprivate var hasTimes: Bool { !words.isEmpty && words.count == SpokenWords(text).words.count }
}
