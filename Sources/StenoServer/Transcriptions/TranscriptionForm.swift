import AudioFiles
import HTTPTypes
import SpeechDetection
import Transcription

/// What a client asks for with `POST /v1/audio/transcriptions`.
///
/// Fields are those of OpenAI's API; fields that are not known are ignored, and so are known ones that no engine here
/// can use (`temperature`, `include[]`, `known_speaker_…`).
struct TranscriptionForm: Equatable {
    /// How the answer is written.
    enum Format: String, CaseIterable {
        case json
        case text
        case srt
        case verboseJSON = "verbose_json"
        case vtt
    }

    /// What `verbose_json` lists.
    enum Granularity: String, CaseIterable {
        case segment
        case word
    }

    static let fields: Set<String> = [
        "model", "response_format", "language", "prompt", "stream", "timestamp_granularities",
    ]

    var format = Format.json
    var isStreamed = false
    /// For engines that have several; any name is welcome to one that has not.
    var model: String?
    /// `nil` lets the server's settings decide.
    var language: LanguageChoice?
    var prompt: String?
    var granularities: Set<Granularity> = [.segment]
    /// `nil`: the file is transcribed whole if it is short enough.
    var chunking: ChunkingStrategy?

    /// Whether the answer depends on when words were said: those that are listed, and those that cues are made of.
    var wantsWordTimes: Bool { format != .json && format != .text }

    static func isWanted(_ name: String) -> Bool {
        let plain = MultipartForm.plain(name)
        return fields.contains(plain) || ChunkingStrategy.isField(plain)
    }

    /// Leaves everything to the server.
    init() {}

    /// - Throws: `APIError` that names the field at fault.
    init(_ form: MultipartForm) throws(APIError) {
        func text(_ name: String) -> String? {
            form.values(name).last.map(\.trimmingBlanks).flatMap { $0.isEmpty ? nil : $0 }
        }
        _ = try Self.file(of: form)
        format = try text("response_format").map(Self.format) ?? .json
        model = text("model")
        language = try form.values("language").last.map(Self.language)
        prompt = text("prompt")
        isStreamed = try text("stream").map(Self.flag) ?? false
        if format == .verboseJSON { granularities = try Self.granularities(form.list("timestamp_granularities")) }
        chunking = try ChunkingStrategy(form)
        guard !isStreamed || format == .json || format == .text else {
            let message = "Only response_format json and text can be streamed; \(format.rawValue) needs stream=false."
            throw APIError(.badRequest, message, code: "invalid_value", param: "stream")
        }
    }

    /// Refuses a prompt of more bytes than a client's may have.
    func checkPrompt(maximum: Int) throws(APIError) {
        guard let prompt, prompt.utf8.count > maximum else { return }
        let message = "'prompt' has \(prompt.utf8.count) bytes; \(maximum) are allowed."
        throw APIError(.badRequest, message, code: "invalid_value", param: "prompt")
    }

    /// The file that the form brings.
    static func file(of form: MultipartForm) throws(APIError) -> SpooledFile {
        guard let file = form.file else {
            throw APIError(.badRequest, "The form has no 'file'. Send the audio as a part of that name.", param: "file")
        }
        guard file.count > 0 else { throw APIError(.badRequest, "The 'file' is empty.", param: "file") }
        return file
    }

    private static func format(_ value: String) throws(APIError) -> Format {
        if let format = Format(rawValue: value) { return format }
        guard value != "diarized_json" else {
            let message = "This server cannot tell speakers apart, so there is no diarized_json. Use verbose_json."
            throw APIError(.badRequest, message, code: "unsupported_value", param: "response_format")
        }
        throw .invalid("response_format", value, allowed: Format.allCases.map(\.rawValue).joined(separator: ", "))
    }

    private static func language(_ value: String) throws(APIError) -> LanguageChoice {
        do {
            return try LanguageChoice(reading: value)
        } catch {
            throw .invalid("language", value, allowed: UnknownLanguage.allowed)
        }
    }

    private static func flag(_ value: String) throws(APIError) -> Bool {
        switch value.lowercased() {
        case "true", "1": return true
        case "false", "0": return false
        default: throw .invalid("stream", value, allowed: "true or false")
        }
    }

    private static func granularities(_ values: [String]) throws(APIError) -> Set<Granularity> {
        var found: Set<Granularity> = []
        for value in values {
            guard let granularity = Granularity(rawValue: value) else {
                throw .invalid("timestamp_granularities[]", value, allowed: "segment, word")
            }
            found.insert(granularity)
        }
        return found.isEmpty ? [.segment] : found
    }
}

extension APIError {
    /// A field's value that cannot be used.
    static func invalid(_ param: String, _ value: String, allowed: String) -> APIError {
        let message = "'\(value.prefix(80))' is no value for \(param); allowed: \(allowed)."
        return APIError(.badRequest, message, code: "invalid_value", param: param)
    }
}
