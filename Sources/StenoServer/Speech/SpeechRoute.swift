import AudioFiles
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Sessions
import SpeechSynthesis
import WebSocketTransport

/// `POST /v1/audio/speech`: a text in, its speech out while it is made; `GET /v1/audio/voices`: who may speak.
struct SpeechRoute: Sendable {
    let synthesizer: (any Synthesizer)?
    let encoder: AudioEncoder
    let drain: SessionDrain

    /// OpenAI's path, Groq's, one without a version, and Azure's.
    private static let paths: [RouterPath] = [
        "/v1/audio/speech", "/openai/v1/audio/speech", "/audio/speech", "/openai/deployments/:deployment/audio/speech",
    ]
    private static let voicePaths: [RouterPath] = ["/v1/audio/voices", "/openai/v1/audio/voices", "/audio/voices"]

    /// Bytes of a whole body: JSON may write each byte of the text as six.
    private static let maximumBody = 512 << 10

    func add(to router: Router<ServerContext>) {
        for path in Self.paths {
            router.post(path) { request, context in try await answer(request, context: context) }
        }
        for path in Self.voicePaths {
            router.get(path) { _, _ in voices }
        }
    }

    /// The names in the shape of Kokoro-FastAPI, which several clients read, and as a list of OpenAI's.
    private var voices: Response {
        let voices = synthesizer?.voices ?? []
        let body: JSONValue = [
            "voices": .array(voices.map { .string($0.name) }),
            "object": "list",
            "data": .array(voices.map { ["id": .string($0.name), "object": "voice", "name": .string($0.name)] }),
        ]
        return .json(.ok, body.text)
    }

    private func answer(_ request: Request, context: ServerContext) async throws -> Response {
        let interruption = Interruption()
        do {
            guard let synthesizer else { throw SynthesisError.notConfigured }
            let controls = SessionDrain.Controls(
                endInput: {},
                disconnect: { interruption.interrupt(.serverStopping) }
            )
            let seat = try drain.enter(controls)
            try await request.askForBody(on: context.channel)
            var form = try SpeechForm(body: try await Self.body(of: request))
            form.request.model = form.request.model ?? context.parameters.get("deployment")?.removingPercentEncoding
            let format = try await format(of: form)
            try await context.channel.notifyPeerClose { interruption.interrupt(.clientGone) }

            let source = SpeechSource(form.request, synthesizer)
            let beginning = try await interruption.run { try await source.begin() }
            let output = SpeechOutput(
                source: source,
                beginning: beginning,
                format: format,
                encoder: encoder,
                interruption: interruption
            )
            return SpeechBody(output: output, stream: form.stream, seat: seat, logger: context.logger).response
        } catch {
            throw APIError(speaking: error) ?? error
        }
    }

    private static func body(of request: Request) async throws -> [UInt8] {
        do {
            return Array(buffer: try await request.body.collect(upTo: maximumBody))
        } catch is NIOTooManyBytesError {
            let message = "The text is too long: 'input' may have \(SpeechForm.maximumText) bytes."
            throw APIError(.badRequest, message, code: "invalid_value", param: "input").closing
        }
    }

    /// The format that is asked for, or the best that is there; MP3 is OpenAI's default.
    private func format(of form: SpeechForm) async throws -> SpeechFormat {
        let wanted = form.format ?? .mp3
        if wanted.encoding == nil { return wanted }
        if await encoder.isAvailable { return wanted }
        guard form.format != nil else { return .wav }
        let there = SpeechFormat.native.map { "'\($0.rawValue)'" }.joined(separator: " and ")
        let message =
            "'response_format' may be \(there) here; '\(wanted.rawValue)' needs ffmpeg, which is not installed."
        throw APIError(.badRequest, message, code: "invalid_value", param: "response_format")
    }
}
