internal import HTTPTransfer

extension SpeechHTTPSynthesizer {
    /// Where the backend is and how it is asked.
    public struct Configuration: Equatable, Sendable {
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
        /// The most requests open at once; others wait in an order that is fair to their callers.
        public var maxConcurrent: Int

        public init(
            baseURL: String,
            apiKey: String? = nil,
            model: String? = nil,
            voice: String = "alloy",
            names: VoiceNames = VoiceNames(),
            rate: Int = 24_000,
            firstByteTimeout: Duration = .seconds(15),
            idleTimeout: Duration = .seconds(10),
            connectTimeout: Duration = .seconds(2),
            maxConcurrent: Int = 16
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
            self.maxConcurrent = maxConcurrent
        }
    }

    /// Asked for when neither the configuration nor the client names a model.
    public static let defaultModel = "tts-1"
}

/// Why a speech backend cannot be used as configured.
public enum SpeechHTTPConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address, without a user name or password.
    case badBaseURL(String)
    case badAPIKey

    public var description: String {
        switch self {
        case .badBaseURL(let url):
            "Base URL \"\(url)\" is not an http or https address with a host; one like http://127.0.0.1:8880/v1 is needed"
        case .badAPIKey: "The API key has a control character in it; check how it was copied"
        }
    }
}

extension SpeechHTTPSynthesizer.Configuration {
    /// The backend's host: what of its address may be shown, since the rest can hold secrets.
    public var host: String { (try? endpoint())?.host ?? "" }

    /// Throws the first reason not to use it; the initializer of ``SpeechHTTPSynthesizer`` would throw the same.
    public func validate() throws(SpeechHTTPConfigurationError) {
        _ = try endpoint()
        _ = try key()
    }

    /// The address of the service itself.
    func endpoint() throws(SpeechHTTPConfigurationError) -> TransferURL {
        do {
            let base = try TransferURL(Self.trimmed(baseURL))
            let path = String(base.path.reversed().drop { $0 == "/" }.reversed())
            return try base.withPath(path.hasSuffix("/audio/speech") ? path : path + "/audio/speech")
        } catch {
            throw .badBaseURL(String(baseURL.split(separator: "@", omittingEmptySubsequences: false).last ?? ""))
        }
    }

    /// The key without white space around it.
    func key() throws(SpeechHTTPConfigurationError) -> String? {
        guard let key = apiKey.map(Self.trimmed), !key.isEmpty else { return nil }
        guard !key.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { throw .badAPIKey }
        return key
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
