internal import BackendHTTP
internal import Backends
public import HTTPTransfer
internal import Logging
internal import Synchronization

/// Transcribes with a backend that has OpenAI's `POST /v1/audio/transcriptions`.
///
/// Also for servers that come close to it: speaches, vLLM, whisper.cpp, LocalAI, Groq, another Steno. Failures are
/// logged to `Logger.current` with their cause; keys, audio and transcripts never are.
public final class WhisperHTTPTranscriber: Attempting {
    private let configuration: Configuration
    private let access: BackendAccess
    private let failures: BackendFailures<TranscriptionError>
    private let transport: HTTPTransport
    private let formats: Mutex<FormatMemory>

    /// - Parameter transport: May be shared with other engines, and is shut down by whoever made it.
    public init(configuration: Configuration, transport: HTTPTransport) throws(WhisperHTTPConfigurationError) {
        try configuration.validate()
        self.configuration = configuration
        access = try configuration.access()
        failures = BackendFailures(access, message: "Transcription request failed", prefix: "steno.backend")
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
        do throws(Miss<TranscriptionError>) {
            return try await attempt(request)
        } catch {
            throw error.failure
        }
    }

    /// Asks the backend, once more with `json` where it refuses `verbose_json`.
    func attempt(_ request: TranscriptionRequest) async throws(Miss<TranscriptionError>) -> Transcript {
        guard !request.samples.isEmpty else { return Transcript(text: "") }

        request.start?.begin()
        let model = configuration.model(wanted: request.model)
        var format = formats.withLock { $0.request(for: model, wantsWordTimes: request.wantsWordTimes) }
        var response = try await send(request, as: format)
        if let other = alternative(to: format, response) {
            response = try await send(request, as: other)
            format = other
            if response.isSuccess { rememberPlain(model) }
        }

        let transcript = try read(response).transcript(sampleCount: request.samples.count)
        if request.wantsWordTimes { noteWords(of: transcript, model, format: format) }
        return transcript
    }

    private func alternative(
        to format: FormatMemory.Request,
        _ response: TransferResponse
    ) -> FormatMemory.Request? {
        guard !response.isSuccess else { return nil }
        return formats.withLock { $0.alternative(to: format, refusedWith: response.status, body: response.body) }
    }

    private func rememberPlain(_ model: String) {
        guard formats.withLock({ $0.setPlain(model) }) else { return }
        Logger.current.notice(
            "The backend refuses verbose_json, so it is asked for json, which has no word times",
            metadata: ["steno.backend.host": "\(access.host)"]
        )
    }

    private func noteWords(of transcript: Transcript, _ model: String, format: FormatMemory.Request) {
        guard format != .json, transcript.words.isEmpty, !transcript.text.isEmpty else { return }
        guard formats.withLock({ $0.setWordless(model) }) else { return }
        Logger.current.notice(
            "The backend leaves the words' times out of verbose_json",
            metadata: ["steno.backend.host": "\(access.host)"]
        )
    }

    private func send(
        _ request: TranscriptionRequest,
        as format: FormatMemory.Request
    ) async throws(Miss<TranscriptionError>) -> TransferResponse {
        do {
            return try await transport.send(configuration.transfer(request, as: format, to: access))
        } catch {
            throw failures.failed(error, after: configuration.timeout)
        }
    }

    private func read(_ response: TransferResponse) throws(Miss<TranscriptionError>) -> TranscriptionResponse {
        guard response.isSuccess else { throw failures.refused(response, Complaint(body: response.body)) }
        do {
            return try TranscriptionResponse.parse(response.body, contentType: response.contentType)
        } catch {
            // Only an error object is quoted: any other answer with this status may hold a transcript.
            let complaint = Complaint(body: response.body)
            throw failures.garbled(response, complaint.isStructured ? complaint : nil)
        }
    }
}
