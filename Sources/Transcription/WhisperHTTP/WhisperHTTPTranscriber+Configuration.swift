internal import Audio
public import BackendHTTP
internal import HTTPTransfer

extension WhisperHTTPTranscriber {
    /// Where the backend is and how it is asked.
    public struct Configuration: BackendConfiguration {
        /// An address up to and including the version, such as `https://api.openai.com/v1`.
        ///
        /// An address that ends in `/audio/transcriptions` or `/inference` (whisper.cpp) is used as it is. A query
        /// is kept.
        public var baseURL: String
        /// Sent as a bearer token; `nil` or only white space sends none.
        public var apiKey: String?
        /// For every request; `nil` asks for the model that the client names, or for `defaultModel`.
        public var model: String?
        /// ISO 639-1 code for requests that name no language.
        public var language: String?
        /// For requests that bring no prompt.
        public var prompt: String?
        public var responseFormat: ResponseFormat
        /// For one whole request, from the moment it is sent.
        public var timeout: Duration
        /// For name resolution, TCP and TLS together.
        public var connectTimeout: Duration
        /// Whether the backend may be asked about utterances that have not ended: it costs requests.
        public var worksAhead = false

        public init(
            baseURL: String,
            apiKey: String? = nil,
            model: String? = nil,
            language: String? = nil,
            prompt: String? = nil,
            responseFormat: ResponseFormat = .auto,
            timeout: Duration = .seconds(30),
            connectTimeout: Duration = .seconds(10)
        ) {
            self.baseURL = baseURL
            self.apiKey = apiKey
            self.model = model
            self.language = language
            self.prompt = prompt
            self.responseFormat = responseFormat
            self.timeout = timeout
            self.connectTimeout = connectTimeout
        }
    }

    /// Asked for when neither the configuration nor the client names a model.
    public static let defaultModel = "whisper-1"

    /// What the backend is asked to answer with.
    public enum ResponseFormat: String, CaseIterable, Sendable {
        /// `verboseJSON`, or `json` where a model refuses that.
        case auto
        /// The text alone.
        case json
        /// The text, the words' times and the segments.
        case verboseJSON = "verbose_json"
    }
}

/// Why a backend cannot be used as configured.
public enum WhisperHTTPConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    case access(BackendAccess.Problem)
    case notPositive(setting: String)

    public var description: String {
        switch self {
        case .access(let problem): problem.description
        case .notPositive(let setting): "The \(setting) must be above 0"
        }
    }
}

extension WhisperHTTPTranscriber.Configuration {
    /// The backend's host: what of its address may be shown, since the rest can hold secrets.
    public var host: String { (try? access())?.host ?? "" }

    /// Its host and port, by which backends can be told apart.
    public var authority: String { (try? access())?.authority ?? "" }

    /// Throws the first reason not to use it; the initializer of ``WhisperHTTPTranscriber`` would throw the same.
    public func validate() throws(WhisperHTTPConfigurationError) {
        guard timeout > .zero else { throw .notPositive(setting: "time limit") }
        guard connectTimeout > .zero else { throw .notPositive(setting: "time limit for connecting") }
        _ = try access()
    }

    /// The address of the transcription service itself, and its key.
    func access() throws(WhisperHTTPConfigurationError) -> BackendAccess {
        do throws(BackendAccess.Problem) {
            return try BackendAccess(
                baseURL: baseURL,
                apiKey: apiKey,
                service: "/audio/transcriptions",
                others: ["/inference"]
            )
        } catch {
            throw .access(error)
        }
    }

    /// The model to ask for.
    ///
    /// - Parameter wanted: What the client names.
    func model(wanted: String?) -> String {
        model ?? wanted ?? WhisperHTTPTranscriber.defaultModel
    }

    /// The request that asks for a transcript.
    ///
    /// The file comes last, so that a server that reads the form as a stream knows the fields by then.
    func transfer(
        _ request: TranscriptionRequest,
        as format: FormatMemory.Request,
        to access: BackendAccess
    ) -> TransferRequest {
        var parts = [TransferRequest.Part(name: "model", text: model(wanted: request.model))]
        func append(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { parts.append(.init(name: name, text: value)) }
        }

        // whisper.cpp takes an absent language for English.
        let detection = access.endpoint.path.hasSuffix("/inference") ? "auto" : nil
        append("language", request.language ?? language ?? detection)
        append("prompt", request.prompt ?? prompt)
        append("response_format", format.name)
        if case .verboseJSON(let granularities) = format {
            for granularity in granularities { append("timestamp_granularities[]", granularity) }
        }
        parts.append(.wav(request.samples))
        return TransferRequest(
            .post(.multipart(parts)),
            access.endpoint,
            headers: access.headers,
            timeout: timeout,
            connectTimeout: connectTimeout
        )
    }
}

extension TransferRequest.Part {
    fileprivate static func wav(_ samples: [Int16]) -> Self {
        let file = WAVFile(sampleRate: SampleClock.rate, samples: samples)
        return Self(name: "file", filename: "audio.wav", contentType: "audio/wav", content: file.encoded())
    }
}
