import BackendHTTP
internal import FoundationEssentials

/// A backend's answer as it is on the wire: every field optional, and of any type.
struct WireAnswer: Decodable {
    /// `nil` when the field is missing or is not text.
    var text: String?
    var hasError = false
    /// Without white space at either end; never empty.
    var language: String?
    var words: [WireWord] = []
    var segments: [WireSegment] = []

    enum Key: String, CodingKey {
        case text, error, language, words, segments
        case detectedLanguage = "detected_language"
    }

    init?(json: [UInt8]) {
        guard let answer = TolerantJSON.decode(Self.self, json) else { return nil }
        self = answer
    }

    init(from decoder: any Decoder) throws {
        guard let fields = try? decoder.container(keyedBy: Key.self) else {
            text = try decoder.singleValueContainer().decode(String.self)
            return
        }

        let isNull = fields.contains(.text) && (try? fields.decodeNil(forKey: .text)) == true
        text = isNull ? "" : try? fields.decode(String.self, forKey: .text)
        if fields.contains(.error), (try? fields.decodeNil(forKey: .error)) != true {
            // An empty string or `false` means that there was no error.
            let string = try? fields.decode(String.self, forKey: .error)
            let flag = try? fields.decode(Bool.self, forKey: .error)
            hasError = string?.isEmpty != true && flag != false
        }

        language = [Key.language, .detectedLanguage].lazy
            .compactMap { try? fields.decode(String.self, forKey: $0) }
            .map { trimmed($0) }
            .first { !$0.isEmpty }
        words = (try? fields.decode([WireWord].self, forKey: .words)) ?? []
        segments = (try? fields.decode([WireSegment].self, forKey: .segments)) ?? []
    }

    /// The words of the whole answer, or else those of its segments.
    var timedWords: [TimedWord] {
        let whole = words.compactMap(\.timed)
        guard whole.isEmpty else { return TimedWord.joined(whole) }
        return segments.flatMap { TimedWord.joined($0.words.compactMap(\.timed)) }
    }
}

struct WireSegment: Decodable {
    var words: [WireWord] = []
    /// `nil` without a text or without times.
    var timed: TimedSegment?

    enum Key: String, CodingKey {
        case words, text, start, end, tokens, temperature
        case averageLogProbability = "avg_logprob"
        case compressionRatio = "compression_ratio"
        case noSpeechProbability = "no_speech_prob"
    }

    init(from decoder: any Decoder) throws {
        guard let fields = try? decoder.container(keyedBy: Key.self) else { return }

        words = (try? fields.decode([WireWord].self, forKey: .words)) ?? []

        let text = trimmed((try? fields.decode(String.self, forKey: .text)) ?? "")
        guard !text.isEmpty, let start = fields.number(.start), let end = fields.number(.end) else { return }
        timed = TimedSegment(
            text: text,
            start: start,
            end: end,
            averageLogProbability: fields.number(.averageLogProbability),
            compressionRatio: fields.number(.compressionRatio),
            noSpeechProbability: fields.number(.noSpeechProbability),
            temperature: fields.number(.temperature),
            tokens: (try? fields.decode([Int].self, forKey: .tokens)) ?? []
        )
    }
}

struct WireWord: Decodable {
    /// `nil` without a text or without times.
    var timed: TimedWord?

    enum Key: String, CodingKey { case word, text, start, end }

    init(from decoder: any Decoder) throws {
        guard let fields = try? decoder.container(keyedBy: Key.self) else { return }
        let text = [Key.word, .text].lazy.compactMap { try? fields.decode(String.self, forKey: $0) }.first
        guard let text, let start = fields.number(.start), let end = fields.number(.end) else { return }
        timed = TimedWord(text: text, start: start, end: end)
    }
}

extension KeyedDecodingContainer {
    /// A finite number, or a string with one.
    fileprivate func number(_ key: Key) -> Double? {
        let number = try? decode(Double.self, forKey: key)
        let value = number ?? (try? decode(String.self, forKey: key)).flatMap { Double(trimmed($0)) }
        return value.flatMap { $0.isFinite ? $0 : nil }
    }
}
