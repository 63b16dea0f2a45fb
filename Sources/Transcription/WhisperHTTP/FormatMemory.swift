internal import BackendHTTP

/// Which response format each of a backend's models takes, as its answers have shown.
///
/// A value with no lock. OpenAI's gpt-4o models are known to answer with `json` alone (API reference, "Create
/// transcription").
struct FormatMemory: Sendable {
    /// How a transcript is asked for.
    enum Request: Equatable, Sendable {
        case json
        /// `granularities` are the values of `timestamp_granularities[]`.
        case verboseJSON(granularities: [String])

        var name: String {
            switch self {
            case .json: "json"
            case .verboseJSON: "verbose_json"
            }
        }
    }

    /// Clients name models, so that the list needs a bound; beyond it, all is learned again.
    private static let mostModels = 64

    private let format: WhisperHTTPTranscriber.ResponseFormat
    private var plainModels: Set<String> = []
    private var wordlessModels: Set<String> = []

    init(_ format: WhisperHTTPTranscriber.ResponseFormat) { self.format = format }

    /// How to ask `model` for a transcript.
    func request(for model: String, wantsWordTimes: Bool) -> Request {
        switch format {
        case .json: .json
        case .auto where plainModels.contains(model) || model.hasPrefix("gpt-4o"): .json
        case .auto, .verboseJSON: .verboseJSON(granularities: wantsWordTimes ? ["word", "segment"] : ["segment"])
        }
    }

    /// Whether transcripts of `model` come with the times of words, as far as is known.
    func hasWordTimes(of model: String) -> Bool {
        request(for: model, wantsWordTimes: true) != .json && !wordlessModels.contains(model)
    }

    /// What to ask for at once instead, when the answer to `request` was a refusal; `nil` when that is no matter of the
    /// format.
    func alternative(to request: Request, refusedWith status: Int, body: [UInt8]) -> Request? {
        guard format == .auto, request != .json, [400, 415, 422].contains(status) else { return nil }
        return Self.namesFormat(body) || Complaint(body: body).saysNothing ? .json : nil
    }

    /// Whether a complaint is about the format of the answer or the times in it.
    ///
    /// The name of a field stands in the message, in `param` (OpenAI) or in `loc` (FastAPI).
    private static func namesFormat(_ body: [UInt8]) -> Bool {
        let text = String(decoding: body.prefix(4_096), as: UTF8.self).lowercased()
        return ["response_format", "timestamp_granularities", "verbose_json"].contains { text.contains($0) }
    }

    /// Remembers that `model` answers with `json` where it refused `verbose_json`; returns whether that is new.
    mutating func setPlain(_ model: String) -> Bool {
        Self.add(model, to: &plainModels)
    }

    /// Remembers that `model` left the words out; returns whether that is new.
    mutating func setWordless(_ model: String) -> Bool {
        Self.add(model, to: &wordlessModels)
    }

    private static func add(_ model: String, to models: inout Set<String>) -> Bool {
        guard !models.contains(model) else { return false }
        if models.count >= mostModels { models = [] }
        models.insert(model)
        return true
    }
}
