import Dialects
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Sessions
import Transcription

/// The two paths of IBM Watson's services that small voice programs use: `…/v1/recognize` and `…/v1/synthesize`.
///
/// Such programs look for the last alternative of the last result, so there is one of each.
struct WatsonRoutes: Sendable {
    let transcriptions: TranscriptionRoute
    let speech: WholeSpeech

    private static let recognition = "/speech-to-text/api/v1/recognize"
    private static let synthesis = "/text-to-speech/api/v1/synthesize"
    static let paths = [recognition, synthesis]
    /// IBM's own libraries send a key as the password of a user called `apikey`.
    static let keyPlaces = PresentedKey.places + [.basic(user: "apikey")]

    func add(to router: Router<ServerContext>) {
        router.post(RouterPath(Self.recognition)) { try await recognize($0, context: $1) }
        router.post(RouterPath(Self.synthesis)) { try await synthesize($0, context: $1) }
    }

    private func recognize(_ request: Request, context: ServerContext) async throws -> Response {
        var form = TranscriptionForm()
        form.language = request.uri.queryParameters["model"].flatMap { Self.language(ofModel: String($0)) }
        let text = try await transcriptions.transcript(of: request, context, as: form).text
        let alternative: JSONValue = ["transcript": .string(text)]
        let results: JSONValue = text.isEmpty ? [] : [["final": .bool(true), "alternatives": [alternative]]]
        let answer: JSONValue = ["result_index": 0, "results": results]
        return .json(.ok, answer.text)
    }

    /// The language that a model is for: `en` of `en-US_Multimedia`; `nil` where the name does not begin with one.
    static func language(ofModel name: String) -> LanguageChoice? {
        try? LanguageChoice(reading: String(name.prefix { $0 != "_" }))
    }

    /// The voice that a name asks for; Watson's own, such as `en-US_MichaelV3Voice`, leave it to the server.
    static func voice(named name: String) -> String? {
        name.isEmpty || name.contains("_") && name.hasSuffix("Voice") ? nil : name
    }

    private func synthesize(_ request: Request, context: ServerContext) async throws -> Response {
        try Self.checkType(request)
        let fields = try await request.jsonBody(maximum: WholeSpeech.maximumBody, on: context.channel)
        let voice = request.uri.queryParameters["voice"].map(String.init)
        let audio = try await speech.interruptibly(context) {
            try await speech.wav(of: try fields.text("text"), voice: voice.flatMap(Self.voice))
        }
        let body = ResponseBody(byteBuffer: ByteBuffer(bytes: audio))
        return Response(status: .ok, headers: [.contentType: "audio/wav"], body: body)
    }

    /// Refuses a client that would not take a WAV file.
    private static func checkType(_ request: Request) throws(APIError) {
        let wanted = request.uri.queryParameters["accept"].map(String.init) ?? request.headers[.accept] ?? "*/*"
        let types = wanted.split(separator: ",").map { ParameterizedHeader(String($0)).value }
        guard types.contains(where: { ["audio/wav", "audio/*", "*/*"].contains($0) }) else {
            let message = "Speech comes as audio/wav here. For other formats use /v1/audio/speech."
            throw APIError(.notAcceptable, message, code: "unsupported_value", param: "accept")
        }
    }
}

extension JSONFields {
    /// A text that is not blank and may be spoken as a whole.
    func text(_ name: String) throws(ClientError) -> String {
        guard let text = try string(name) else { throw missing(name) }
        guard text.contains(where: { !$0.isWhitespace }) else { throw wrong(name, "a text that is not blank") }
        guard text.utf8.count <= WholeSpeech.maximumText else {
            throw wrong(name, "a text of at most \(WholeSpeech.maximumText) bytes")
        }
        return text
    }
}
