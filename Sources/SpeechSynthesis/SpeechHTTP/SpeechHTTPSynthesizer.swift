public import BackendHTTP
internal import Backends
public import HTTPTransfer
internal import JSON
internal import Logging
internal import Synchronization

/// A speech engine behind OpenAI's `POST /v1/audio/speech`.
///
/// Also for servers that come close to it: Kokoro-FastAPI, openedai-speech, Speaches, LocalAI. Audio is delivered while it
/// comes, at the rate that the backend has. A voice that the backend refuses is asked for again as the default one.
/// Requests are sent at once: who asks bounds how many are under way (`PooledSynthesizer`). Failures are logged to
/// `Logger.current` with their cause; keys and what was to be said never are.
public final class SpeechHTTPSynthesizer: Synthesizer {
    let configuration: Configuration
    private let access: BackendAccess
    private let failures: BackendFailures<SynthesisError>
    private let transport: HTTPTransport
    private let hasWarned = Atomic(false)

    /// What one request may hold, in characters: OpenAI's limit.
    static let longestText = 4_096
    private static let responseLimit = 128 << 20
    private static let maximumDuration = Duration.seconds(600)
    private static let maximumComplaint = 64 << 10

    /// - Parameter transport: May be shared, and is shut down by whoever made it.
    public init(configuration: Configuration, transport: HTTPTransport) throws(BackendAccess.Problem) {
        access = try configuration.access()
        failures = BackendFailures(access, message: "Speech request failed", prefix: "steno.tts")
        self.configuration = configuration
        self.transport = transport
    }

    /// The default and those that have another name; nobody says which others the backend has.
    public var voices: [Voice] {
        let others = Set(configuration.names.targets.values).subtracting([configuration.voice]).sorted()
        return ([configuration.voice] + others).map {
            Voice(name: $0, isFemale: VoiceNames.femaleOfOpenAI.contains($0.lowercased()))
        }
    }

    public func speak(
        _ request: SynthesisRequest,
        deliver: @escaping @Sendable (SynthesizedAudio) -> Void
    ) async throws(SynthesisError) {
        do throws(Miss<SynthesisError>) {
            for piece in Self.pieces(of: request) {
                try await finish(try await open(piece, within: configuration.firstByteTimeout), deliver)
            }
        } catch {
            throw error.failure
        }
    }

    /// What is asked for at once: all of it, unless it is too long for one request.
    static func pieces(of request: SynthesisRequest) -> [SynthesisRequest] {
        guard request.text.contains(where: { !$0.isWhitespace }) else { return [] }
        let isShort = request.text.count <= longestText
        return (isShort ? [request.text] : SpeechChunker.pieces(of: request.text)).map { text in
            var piece = request
            piece.text = text
            return piece
        }
    }

    /// Waits for the first samples.
    ///
    /// - Parameter limit: How long they may take to come.
    func open(_ request: SynthesisRequest, within limit: Duration) async throws(Miss<SynthesisError>) -> OpenSpeech {
        let voice = voice(for: request)
        let response = try await ask(request, voice: voice, within: limit)
        guard [400, 404, 422].contains(response.status), voice != configuration.voice else {
            return try await begin(response, for: request, limit: limit)
        }

        let second = try await ask(request, voice: configuration.voice, within: limit)
        if second.isSuccess, !hasWarned.exchange(true, ordering: .relaxed) {
            Logger.current.warning(
                "The speech backend does not know a voice that was asked for; the default speaks",
                metadata: ["steno.tts.voice": "\(voice.prefix(64))", "steno.tts.default": "\(configuration.voice)"]
            )
        }

        return try await begin(second, for: request, limit: limit)
    }

    /// Delivers all of the speech that has begun.
    func finish(
        _ speech: OpenSpeech,
        _ deliver: @Sendable (SynthesizedAudio) -> Void
    ) async throws(Miss<SynthesisError>) {
        var speech = speech
        while true {
            if let audio = speech.audio.take() { deliver(audio) }
            if speech.isOver { return }
            try await read(&speech, within: configuration.idleTimeout)
        }
    }

    private func voice(for request: SynthesisRequest) -> String {
        guard let voice = request.voice else { return configuration.voice }
        return configuration.names[voice] ?? voice
    }

    private func ask(
        _ request: SynthesisRequest,
        voice: String,
        within limit: Duration
    ) async throws(Miss<SynthesisError>) -> StreamedResponse {
        var body: [String: JSONValue] = [
            "model": .string(configuration.model ?? request.model ?? Self.defaultModel),
            "input": .string(request.text),
            "voice": .string(voice),
            "response_format": "pcm",
        ]
        if request.speed != 1 { body["speed"] = .number(request.speed) }
        if let instructions = request.instructions { body["instructions"] = .string(instructions) }
        let transfer = TransferRequest(
            .post(.bytes(JSONValue.object(body).text, contentType: "application/json")),
            access.endpoint,
            headers: access.headers,
            timeout: Self.maximumDuration,
            connectTimeout: configuration.connectTimeout,
            responseLimit: Self.responseLimit
        )
        let limits = StreamLimits(firstByte: max(limit, .milliseconds(1)), idle: configuration.idleTimeout)
        do {
            return try await transport.stream(transfer, limits: limits)
        } catch {
            throw failures.failed(error, after: limit)
        }
    }

    private func begin(
        _ response: StreamedResponse,
        for request: SynthesisRequest,
        limit: Duration
    ) async throws(Miss<SynthesisError>) -> OpenSpeech {
        guard response.isSuccess else {
            throw failures.refused(response, Complaint(body: await response.rest(limit: Self.maximumComplaint)))
        }

        let answer: SpeechAnswer
        do {
            answer = try SpeechAnswer(contentType: response.contentType, rate: configuration.rate)
        } catch {
            throw failures.garbled(response, Complaint(message: "\(error)"))
        }

        var speech = OpenSpeech(response: response, answer: answer, longest: Self.longestSpeech(of: request))
        while speech.audio == nil, !speech.isOver { try await read(&speech, within: limit) }
        return speech
    }

    /// Reads on: more audio, or the end.
    private func read(_ speech: inout OpenSpeech, within limit: Duration) async throws(Miss<SynthesisError>) {
        let bytes: [UInt8]?
        do {
            bytes = try await speech.response.next()
        } catch {
            throw failures.failed(error, after: limit)
        }

        do throws(SpeechAnswer.Failure) {
            try speech.take(bytes)
        } catch {
            throw failures.garbled(speech.response, Complaint(message: "\(error)"))
        }
    }

    /// Seconds that a text may take: many times what it does, as some voices are slow and some languages dense.
    private static func longestSpeech(of request: SynthesisRequest) -> Double {
        10 + 0.5 * Double(request.text.count) / min(request.speed, 1)
    }
}
