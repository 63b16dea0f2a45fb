import BackendHTTP

/// What a backend answered, read tolerantly: servers differ from OpenAI and from each other.
struct TranscriptionResponse: Equatable {
    /// Without white space at either end.
    var text: String
    var words: [TimedWord] = []
    var segments: [TimedSegment] = []
    /// The language as the backend wrote it, a name or a code, without white space at either end.
    var language: String?

    /// Reads the body of a 2xx answer.
    ///
    /// - `{"text": …}`, or a JSON string alone; `null` for text means that nothing was recognised.
    /// - Words from `words`, else from `segments[].words`, with their text as `word` or `text`.
    /// - A `text/plain` or `text/html` body that is not a page is the text itself.
    /// - Segments from `segments`, where they have a text and times; the language from `language`, else from
    ///   `detected_language`.
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
            return TranscriptionResponse(
                text: trimmed(text),
                words: answer.timedWords,
                segments: answer.segments.compactMap(\.timed),
                language: answer.language
            )
        }

        guard isPlain, let text = String(validating: body, as: UTF8.self), !isPage(text), !hasControls(text) else {
            throw .invalidResponse
        }
        return TranscriptionResponse(text: trimmed(text))
    }

    private static func isPage(_ text: String) -> Bool {
        let start = trimmed(text).prefix(9).lowercased()
        return ["<!doctype", "<html", "<head", "<body", "<?xml", "webvtt"].contains { start.hasPrefix($0) }
    }

    private static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 && !["\t", "\n", "\r"].contains($0) }
    }
}
