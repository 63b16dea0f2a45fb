public import BackendHTTP

extension SpeechHTTPSynthesizer {
    /// Where the backend is and how it is asked.
    public struct Configuration: BackendConfiguration {
        /// An address up to and including the version, such as `https://api.openai.com/v1`.
        ///
        /// An address that ends in `/audio/speech` is used as it is. A query is kept.
        public var baseURL: String
        /// Sent as a bearer token; `nil` or only white space sends none.
        public var apiKey: String?
        /// For every request; `nil` asks for the model that the client names, or for `defaultModel`.
        public var model: String?
        /// For requests that name no voice, and for those whose voice the backend refuses.
        public var voice: String
        /// Further names of voices.
        public var names: VoiceNames
        /// Samples per second of answers that do not say.
        public var rate: Int
        /// From the moment a request is sent to the first byte of audio.
        public var firstByteTimeout: Duration
        /// Between two pieces of audio.
        public var idleTimeout: Duration
        /// For name resolution, TCP and TLS together.
        public var connectTimeout: Duration

        public init(
            baseURL: String,
            apiKey: String? = nil,
            model: String? = nil,
            voice: String = "alloy",
            names: VoiceNames = VoiceNames(),
            rate: Int = 24_000,
            firstByteTimeout: Duration = .seconds(15),
            idleTimeout: Duration = .seconds(10),
            connectTimeout: Duration = .seconds(2)
        ) {
            self.baseURL = baseURL
            self.apiKey = apiKey
            self.model = model
            self.voice = voice
            self.names = names
            self.rate = rate
            self.firstByteTimeout = firstByteTimeout
            self.idleTimeout = idleTimeout
            self.connectTimeout = connectTimeout
        }
    }

    /// Asked for when neither the configuration nor the client names a model.
    public static let defaultModel = "tts-1"
}

extension SpeechHTTPSynthesizer.Configuration {
    /// The backend's host: what of its address may be shown, since the rest can hold secrets.
    public var host: String { (try? access())?.host ?? "" }

    /// Its host and port, by which backends can be told apart.
    public var authority: String { (try? access())?.authority ?? "" }

    /// Throws the first reason not to use it; the initializer of ``SpeechHTTPSynthesizer`` would throw the same.
    public func validate() throws(BackendAccess.Problem) { _ = try access() }

    /// The address of the service itself, and its key.
    func access() throws(BackendAccess.Problem) -> BackendAccess {
        try BackendAccess(baseURL: baseURL, apiKey: apiKey, service: "/audio/speech")
    }
}
