internal import FoundationEssentials

/// What a backend answered, read tolerantly: servers differ from OpenAI and from each other.
struct TranscriptionResponse: Equatable {
    /// Without white space at either end.
    var text: String
    var words: [TimedWord]

    /// Reads the body of a 2xx answer.
    ///
    /// - `{"text": …}`, or a JSON string alone; `null` for text means that nothing was recognised.
    /// - Words from `words`, else from `segments[].words`, with their text as `word` or `text`.
    /// - A `text/plain` or `text/html` body that is not a page is the text itself.
    /// - JSON may contain NaN and Infinity, as Python writes them, and any field may be missing, `null` or of
    ///   another type; only `text` is needed.
    ///
    /// - Throws: `TranscriptionError.invalidResponse`, also for an error object.
    static func parse(_ body: [UInt8], contentType: String?) throws(TranscriptionError) -> TranscriptionResponse {
        guard let start = body.first(where: { !TolerantJSON.isSpace($0) }) else { throw .invalidResponse }
        let isPlain = MediaType(contentType).isText
        if start == UInt8(ascii: "{") || (start == UInt8(ascii: "\"") && !isPlain) {
            guard let answer = WireAnswer(json: body), !answer.hasError, let text = answer.text else {
                throw .invalidResponse
            }
            return TranscriptionResponse(text: trimmed(text), words: answer.timedWords)
        }
        guard isPlain, let text = String(validating: body, as: UTF8.self), !isPage(text), !hasControls(text) else {
            throw .invalidResponse
        }
        return TranscriptionResponse(text: trimmed(text), words: [])
    }

    private static func isPage(_ text: String) -> Bool {
        let start = trimmed(text).prefix(9).lowercased()
        return ["<!doctype", "<html", "<head", "<body", "<?xml", "webvtt"].contains { start.hasPrefix($0) }
    }

    private static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 && !["\t", "\n", "\r"].contains($0) }
    }
}

/// The answer as it is on the wire: every field optional.
private struct WireAnswer: Decodable {
    /// Outer `nil` when the field is missing or is not text.
    var text: String?
    var hasError = false
    var words: [WireWord] = []
    var segments: [WireSegment] = []

    enum Key: String, CodingKey { case text, error, words, segments }

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
        words = (try? fields.decode([WireWord].self, forKey: .words)) ?? []
        segments = (try? fields.decode([WireSegment].self, forKey: .segments)) ?? []
    }

    var timedWords: [TimedWord] {
        let whole = words.compactMap(\.timed)
        return whole.isEmpty ? segments.flatMap { TimedWord.joined($0.words.compactMap(\.timed)) } : whole
    }
}

private struct WireSegment: Decodable {
    var words: [WireWord] = []

    enum Key: String, CodingKey { case words }

    init(from decoder: any Decoder) throws {
        guard let fields = try? decoder.container(keyedBy: Key.self) else { return }
        words = (try? fields.decode([WireWord].self, forKey: .words)) ?? []
    }
}

private struct WireWord: Decodable {
    var timed: TimedWord?

    enum Key: String, CodingKey { case word, text, start, end }

    init(from decoder: any Decoder) throws {
        guard let fields = try? decoder.container(keyedBy: Key.self) else { return }
        let text = (try? fields.decode(String.self, forKey: .word)) ?? (try? fields.decode(String.self, forKey: .text))
        guard let text, let start = Self.seconds(fields, .start), let end = Self.seconds(fields, .end) else { return }
        timed = TimedWord(text: text, start: start, end: end)
    }

    /// A number or a string with one.
    private static func seconds(_ fields: KeyedDecodingContainer<Key>, _ key: Key) -> Double? {
        let number = (try? fields.decode(Double.self, forKey: key))
        let value = number ?? (try? fields.decode(String.self, forKey: key)).flatMap { Double(trimmed($0)) }
        return value.flatMap { $0.isFinite ? $0 : nil }
    }
}
