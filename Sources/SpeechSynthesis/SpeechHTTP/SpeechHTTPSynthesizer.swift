public import HTTPTransfer
internal import JSON
internal import Logging
internal import Synchronization
internal import Turns

/// A speech engine behind OpenAI's `POST /v1/audio/speech`.
///
/// Also for servers that come close to it: Kokoro-FastAPI, openedai-speech, Speaches, LocalAI. Audio is delivered while it
/// comes, at the rate that the backend has. A voice that the backend refuses is asked for again as the default one.
/// Failures are logged to `Logger.current` with their cause; keys and what was to be said never are.
public final class SpeechHTTPSynthesizer: Synthesizer {
    private let configuration: Configuration
    private let endpoint: TransferURL
    private let key: String?
    private let transport: HTTPTransport
    private let turns: Turns
    private let hasWarned = Atomic(false)

    /// What one request may hold, in characters: OpenAI's limit.
    static let longestText = 4_096
    private static let responseLimit = 128 << 20
    private static let maximumDuration = Duration.seconds(600)
    private static let maximumComplaint = 64 << 10

    /// - Parameter transport: May be shared, and is shut down by whoever made it.
    public init(configuration: Configuration, transport: HTTPTransport) throws(SpeechHTTPConfigurationError) {
        endpoint = try configuration.endpoint()
        key = try configuration.key()
        self.configuration = configuration
        self.transport = transport
        turns = Turns(configuration.maxConcurrent)
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
        guard request.text.contains(where: { !$0.isWhitespace }) else { return }
        let isShort = request.text.count <= Self.longestText
        for text in isShort ? [request.text] : SpeechChunker.pieces(of: request.text) {
            var piece = request
            piece.text = text
            try await turns.run(cost: text.utf8.count, orThrow: { _ in .cancelled }) {
                () async throws(SynthesisError) in
                try await speakOnce(piece, deliver)
            }
        }
    }

    private func speakOnce(
        _ request: SynthesisRequest,
        _ deliver: @Sendable (SynthesizedAudio) -> Void
    ) async throws(SynthesisError) {
        let voice = voice(for: request)
        let response = try await ask(request, voice: voice)
        guard [400, 404, 422].contains(response.status), voice != configuration.voice else {
            return try await read(response, for: request, deliver)
        }

        let second = try await ask(request, voice: configuration.voice)
        if second.isSuccess, !hasWarned.exchange(true, ordering: .relaxed) {
            Logger.current.warning(
                "The speech backend does not know a voice that was asked for; the default speaks",
                metadata: ["steno.tts.voice": "\(voice.prefix(64))", "steno.tts.default": "\(configuration.voice)"]
            )
        }
        try await read(second, for: request, deliver)
    }

    private func voice(for request: SynthesisRequest) -> String {
        guard let voice = request.voice else { return configuration.voice }
        return configuration.names[voice] ?? voice
    }

    private func ask(_ request: SynthesisRequest, voice: String) async throws(SynthesisError) -> StreamedResponse {
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
            endpoint,
            headers: key.map { [.init("Authorization", "Bearer \($0)")] } ?? [],
            timeout: Self.maximumDuration,
            connectTimeout: configuration.connectTimeout,
            responseLimit: Self.responseLimit
        )
        let limits = StreamLimits(firstByte: configuration.firstByteTimeout, idle: configuration.idleTimeout)
        do {
            return try await transport.stream(transfer, limits: limits)
        } catch {
            throw failed(error, after: configuration.firstByteTimeout)
        }
    }

    private func read(
        _ response: StreamedResponse,
        for request: SynthesisRequest,
        _ deliver: @Sendable (SynthesizedAudio) -> Void
    ) async throws(SynthesisError) {
        guard response.isSuccess else {
            throw refused(response, SpeechComplaint(await response.rest(limit: Self.maximumComplaint)))
        }
        var hasAudio = false
        var seconds = 0.0
        do {
            var answer = try SpeechAnswer(contentType: response.contentType, rate: configuration.rate)
            while let bytes = try await response.next() {
                guard let audio = try answer.take(bytes) else { continue }
                hasAudio = true
                seconds += Double(audio.samples.count) / Double(audio.rate)
                guard seconds <= Self.longestSpeech(of: request) else { throw EndlessSpeech(seconds: seconds) }
                deliver(audio)
            }
            if let rest = try answer.finish() { deliver(rest) }
        } catch let error as TransferError {
            throw failed(error, after: hasAudio ? configuration.idleTimeout : configuration.firstByteTimeout)
        } catch {
            throw logged(.invalidResponse, response, "\(error)")
        }
    }
}

/// More audio than anyone needs to say a text, from a backend that may never end.
private struct EndlessSpeech: Error, CustomStringConvertible {
    var seconds: Double

    var description: String { "it goes on after \(Int(seconds)) s, which is far more than the text needs" }
}

extension SpeechHTTPSynthesizer {
    /// Seconds that a text may take: many times what it does, as some voices are slow and some languages dense.
    private static func longestSpeech(of request: SynthesisRequest) -> Double {
        10 + 0.5 * Double(request.text.count) / min(request.speed, 1)
    }
}

// What failed, for the caller and for the log.

extension SpeechHTTPSynthesizer {
    private func refused(_ response: StreamedResponse, _ complaint: SpeechComplaint) -> SynthesisError {
        let code = complaint.code.flatMap { redacted($0) == $0 ? $0 : nil }
        return logged(.status(response.status, code: code), response, complaint.message)
    }

    private func failed(_ error: TransferError, after limit: Duration) -> SynthesisError {
        if Task.isCancelled { return .cancelled }
        let failure = SynthesisError(error, limit: limit)
        if failure != .cancelled { log(failure, ["steno.tts.cause": "\(redacted(error.description))"]) }
        return failure
    }

    private func logged(_ failure: SynthesisError, _ response: StreamedResponse, _ message: String?) -> SynthesisError {
        if Task.isCancelled { return .cancelled }
        var metadata: Logger.Metadata = ["steno.tts.status": "\(response.status)"]
        if let type = response.contentType { metadata["steno.tts.content_type"] = "\(redacted(type))" }
        if let message { metadata["steno.tts.message"] = "\(redacted(message))" }
        log(failure, metadata)
        return failure
    }

    private func log(_ failure: SynthesisError, _ metadata: Logger.Metadata) {
        let common: Logger.Metadata = ["steno.error.code": "\(failure.code)", "steno.tts.host": "\(endpoint.host)"]
        Logger.current.warning("Speech request failed", metadata: common.merging(metadata) { $1 })
    }

    /// A backend's own words for the log: without the key, on one line and not too long.
    private func redacted(_ text: String) -> String {
        var text = text
        if let key { text = text.replacing(key, with: "[redacted]") }
        return String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(300))
    }
}

extension StreamedResponse {
    fileprivate var isSuccess: Bool { (200..<300).contains(status) }
}

extension SynthesisError {
    init(_ error: TransferError, limit: Duration) {
        switch error {
        case .unreachable: self = .unreachable
        case .timedOut: self = .timeout(seconds: limit / .seconds(1))
        case .disconnected: self = .disconnected
        case .malformedResponse, .responseTooLarge, .invalidRequest, .unavailable: self = .invalidResponse
        case .cancelled: self = .cancelled
        }
    }
}
