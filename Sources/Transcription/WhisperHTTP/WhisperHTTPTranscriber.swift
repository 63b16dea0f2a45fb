public import HTTPTransfer
internal import Logging
internal import Synchronization

/// Transcribes with a backend that has OpenAI's `POST /v1/audio/transcriptions`.
///
/// Also for servers that come close to it: speaches, vLLM, whisper.cpp, LocalAI, Groq, another Steno. Failures are
/// logged to `Logger.current` with their cause; keys, audio and transcripts never are.
public final class WhisperHTTPTranscriber: Attempting {
    private let configuration: Configuration
    private let endpoint: TransferURL
    private let transport: HTTPTransport
    private let formats: Mutex<FormatMemory>

    /// - Parameter transport: May be shared with other engines, and is shut down by whoever made it.
    public init(configuration: Configuration, transport: HTTPTransport) throws(WhisperHTTPConfigurationError) {
        self.configuration = try configuration.validated()
        endpoint = try configuration.endpoint()
        self.transport = transport
        formats = Mutex(FormatMemory(configuration.responseFormat))
    }

    /// Word times are taken for granted until a model has left them out.
    public func capabilities(model: String?) -> EngineCapabilities {
        let model = configuration.model(wanted: model)
        return EngineCapabilities(
            hasWordTimes: formats.withLock { $0.hasWordTimes(of: model) },
            canSpeculate: configuration.worksAhead,
            canRepeat: configuration.worksAhead
        )
    }

    /// Sends the utterance as a WAV file, at once: who asks bounds how many are under way (`PooledTranscriber`).
    ///
    /// An utterance without samples is not sent, since backends refuse it: its transcript is empty.
    public func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        do throws(AttemptFailure) {
            return try await attempt(request)
        } catch {
            throw error.error
        }
    }

    /// Asks the backend, once more with `json` where it refuses `verbose_json`.
    func attempt(_ request: TranscriptionRequest) async throws(AttemptFailure) -> Transcript {
        guard !request.samples.isEmpty else { return Transcript(text: "") }
        request.start?.begin()
        var wait: Duration?
        let model = configuration.model(wanted: request.model)
        var format = formats.withLock { $0.request(for: model, wantsWordTimes: request.wantsWordTimes) }
        do throws(TranscriptionError) {
            var response = try await send(request, as: format)
            if let other = alternative(to: format, response) {
                response = try await send(request, as: other)
                format = other
                if response.isSuccess { rememberPlain(model) }
            }

            wait = response.retryAfter
            let transcript = try read(response).transcript(sampleCount: request.samples.count)
            if request.wantsWordTimes { noteWords(of: transcript, model, format) }
            return transcript
        } catch {
            throw AttemptFailure(error, retryAfter: wait)
        }
    }

    private func alternative(
        to format: FormatMemory.Request,
        _ response: TransferResponse
    ) -> FormatMemory.Request? {
        guard !response.isSuccess else { return nil }
        let complaint = BackendComplaint(body: response.body, contentType: response.contentType)
        return formats.withLock { $0.alternative(to: format, refusedWith: response.status, complaint) }
    }

    private func rememberPlain(_ model: String) {
        guard formats.withLock({ $0.setPlain(model) }) else { return }
        Logger.current.notice(
            "The backend refuses verbose_json, so it is asked for json, which has no word times",
            metadata: ["steno.backend.host": "\(endpoint.host)"]
        )
    }

    private func noteWords(of transcript: Transcript, _ model: String, _ format: FormatMemory.Request) {
        guard format != .json, transcript.words.isEmpty, !transcript.text.isEmpty else { return }
        guard formats.withLock({ $0.setWordless(model) }) else { return }
        Logger.current.notice(
            "The backend leaves the words' times out of verbose_json",
            metadata: ["steno.backend.host": "\(endpoint.host)"]
        )
    }

    private func send(
        _ request: TranscriptionRequest,
        as format: FormatMemory.Request
    ) async throws(TranscriptionError) -> TransferResponse {
        do {
            return try await transport.send(configuration.transfer(request, as: format, to: endpoint))
        } catch {
            let failure = TranscriptionError(error, timeout: configuration.timeout)
            if failure != .cancelled { log(failure, ["steno.backend.cause": "\(redacted(error.description))"]) }
            throw failure
        }
    }

    private func read(_ response: TransferResponse) throws(TranscriptionError) -> TranscriptionResponse {
        let complaint = BackendComplaint(body: response.body, contentType: response.contentType)
        guard response.isSuccess else {
            let code = complaint.code.flatMap { redacted($0) == $0 ? $0 : nil }
            throw logged(.backendStatus(response.status, code: code), response, complaint)
        }
        do {
            return try TranscriptionResponse.parse(response.body, contentType: response.contentType)
        } catch {
            // Only an error object is quoted: any other answer with this status may hold a transcript.
            throw logged(error, response, complaint.isStructured ? complaint : nil)
        }
    }

    private func logged(
        _ failure: TranscriptionError,
        _ response: TransferResponse,
        _ complaint: BackendComplaint?
    ) -> TranscriptionError {
        var metadata: Logger.Metadata = ["steno.backend.status": "\(response.status)"]
        if let type = response.contentType { metadata["steno.backend.content_type"] = "\(redacted(type))" }
        if let message = complaint?.message { metadata["steno.backend.message"] = "\(redacted(message))" }
        if let wait = response.retryAfter { metadata["steno.backend.retry_after"] = "\(wait)" }
        log(failure, metadata)
        return failure
    }

    private func log(_ failure: TranscriptionError, _ metadata: Logger.Metadata) {
        let common: Logger.Metadata = ["steno.error.code": "\(failure.code)", "steno.backend.host": "\(endpoint.host)"]
        Logger.current.warning("Transcription request failed", metadata: common.merging(metadata) { $1 })
    }

    /// A backend's own words for the log: without the key, which some backends quote, on one line and not too long.
    private func redacted(_ text: String) -> String {
        var text = text
        if let key = configuration.apiKey { text = text.split(separator: key).joined(separator: "[redacted]") }
        return String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(300))
    }
}

extension TransferResponse {
    fileprivate var isSuccess: Bool { (200..<300).contains(status) }
}

extension TranscriptionError {
    init(_ error: TransferError, timeout: Duration) {
        switch error {
        case .unreachable: self = .unreachable
        case .timedOut: self = .timeout(seconds: timeout / .seconds(1))
        case .disconnected: self = .disconnected
        case .malformedResponse, .responseTooLarge: self = .invalidResponse
        case .cancelled: self = .cancelled
        case .invalidRequest, .unavailable: self = .engineFailed
        }
    }
}
