import Audio
import Foundation
import JSON
import Transcription

/// The fields that partial and final transcripts share.
struct AssemblyAITranscript {
    struct Word: Equatable {
        var text: String
        var range: Range<SamplePosition>
    }

    private let range: Range<SamplePosition>
    private let text: String
    private let words: [Word]
    /// From 0 to 1.
    private let confidence: Double

    /// The text of an utterance that has ended.
    init(_ transcript: Transcript, at range: Range<SamplePosition>) {
        self.range = range
        text = transcript.text
        func place(_ samples: Int) -> SamplePosition {
            min(max(range.lowerBound + SamplePosition(samples), range.lowerBound), range.upperBound)
        }
        let timed = transcript.words.map { word in
            Word(text: word.text, range: place(word.range.lowerBound)..<place(word.range.upperBound))
        }
        words = timed.isEmpty ? Self.spread(Self.split(transcript.text), over: range) : timed
        confidence = Self.confidence(transcript)
    }

    /// What has been understood so far of an utterance, in the form of partial transcripts: without capitals or
    /// punctuation.
    init(partial text: String, at range: Range<SamplePosition>) {
        self.range = range
        let plain = Self.split(text.lowercased()).map(Self.withoutPunctuation).filter { !$0.isEmpty }
        self.text = plain.joined(separator: " ")
        words = Self.spread(plain, over: range)
        confidence = Self.unknownConfidence
    }

    /// No text, where a client forced an end and there was nothing to transcribe.
    init(emptyAt position: SamplePosition) {
        self.init(Transcript(text: ""), at: position..<position)
    }

    var fields: [String: JSONValue] {
        [
            "audio_start": .milliseconds(range.lowerBound), "audio_end": .milliseconds(range.upperBound),
            "confidence": .number(confidence), "text": .string(text),
            "words": .array(
                words.map { word in
                    [
                        "text": .string(word.text), "start": .milliseconds(word.range.lowerBound),
                        "end": .milliseconds(word.range.upperBound), "confidence": .number(confidence),
                    ]
                }
            ),
        ]
    }
}

extension AssemblyAITranscript {
    /// Engines that say nothing are believed; clients drop what has a low figure.
    private static let unknownConfidence = 1.0

    /// How sure the engine is of its tokens on average, weighted by how long it heard them.
    private static func confidence(_ transcript: Transcript) -> Double {
        var (sum, length) = (0.0, 0.0)
        for segment in transcript.segments {
            guard let logarithm = segment.averageLogProbability, logarithm.isFinite else { continue }
            let weight = Double(max(segment.range.count, 1))
            sum += min(exp(logarithm), 1) * weight
            length += weight
        }
        return length > 0 ? (sum / length * 1_000).rounded() / 1_000 : unknownConfidence
    }

    private static func split(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Places words one after the other, each as long as its share of the characters: an estimate, as clients need times
    /// also from engines that give none.
    private static func spread(_ words: [String], over range: Range<SamplePosition>) -> [Word] {
        let total = max(words.reduce(0) { $0 + $1.count }, 1)
        let length = Double(range.upperBound - range.lowerBound)
        var characters = 0
        func position() -> SamplePosition {
            range.lowerBound + SamplePosition(length * Double(characters) / Double(total))
        }
        return words.map { text in
            let start = position()
            characters += text.count
            return Word(text: text, range: start..<position())
        }
    }

    private static func withoutPunctuation(_ word: String) -> String {
        let start = word.drop(while: \.isPunctuation)
        return String(start.reversed().drop(while: \.isPunctuation).reversed())
    }
}
