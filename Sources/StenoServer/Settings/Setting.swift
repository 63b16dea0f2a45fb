/// Everything an operator may set, by the name it has in the environment.
///
/// On the command line `VAD_THRESHOLD` is `--vad-threshold`.
public enum Setting: String, CaseIterable, Sendable {
    case host = "HOST"
    case port = "PORT"
    case logLevel = "LOG_LEVEL"
    case transcriber = "TRANSCRIBER"
    case openAIBaseURL = "OPENAI_BASE_URL"
    case openAIAPIKey = "OPENAI_API_KEY"
    case transcriberModel = "TRANSCRIBER_MODEL"
    case transcriberLanguage = "TRANSCRIBER_LANGUAGE"
    case transcriberPrompt = "TRANSCRIBER_PROMPT"
    case transcriberResponseFormat = "TRANSCRIBER_RESPONSE_FORMAT"
    case transcriberTimeout = "TRANSCRIBER_TIMEOUT_MS"
    case transcriberConcurrency = "TRANSCRIBER_CONCURRENCY"
    case pocketSphinxModel = "POCKETSPHINX_MODEL"
    case pocketSphinxThreads = "POCKETSPHINX_THREADS"
    case modelLoadTimeout = "MODEL_LOAD_TIMEOUT_MS"
    case vad = "VAD"
    case sileroModel = "SILERO_MODEL"
    case vadThreshold = "VAD_THRESHOLD"
    case vadPrefixPadding = "VAD_PREFIX_PADDING_MS"
    case vadSilenceDuration = "VAD_SILENCE_DURATION_MS"
    case vadMinSpeech = "VAD_MIN_SPEECH_MS"
    case vadMaxUtterance = "VAD_MAX_UTTERANCE_MS"
    case maxSessions = "MAX_SESSIONS"
    case maxPendingUtterances = "MAX_PENDING_UTTERANCES"
    case maxMessageBytes = "MAX_MESSAGE_BYTES"
    case slowReaderTimeout = "SLOW_READER_TIMEOUT_MS"
    case shutdownTimeout = "SHUTDOWN_TIMEOUT_MS"

    /// The name as a command-line option, without the dashes.
    public var option: String { rawValue.lowercased().replacing("_", with: "-") }

    /// What it is for, and its default, in one line.
    public var help: String {
        switch self {
        case .host: "Address to listen on (127.0.0.1; 0.0.0.0 for every interface)"
        case .port: "Port to listen on (8000; 0 picks a free one)"
        case .logLevel: "trace, debug, info, notice, warning, error or critical (info)"
        case .transcriber: "auto, whisper-http or pocketsphinx (auto: whisper-http when a URL or key is set)"
        case .openAIBaseURL: "Whisper-compatible server, such as http://127.0.0.1:9000/v1 (https://api.openai.com/v1)"
        case .openAIAPIKey: "Key for that server"
        case .transcriberModel: "Model name sent to that server (what the client asks for, else whisper-1)"
        case .transcriberLanguage: "Language unless a session names one, such as en (the engine decides)"
        case .transcriberPrompt: "Prompt unless a session has one"
        case .transcriberResponseFormat: "json, or verbose_json for word times where the server has them (json)"
        case .transcriberTimeout: "Longest wait for that server's answer (30000)"
        case .transcriberConcurrency: "Requests under way to that server at once (16)"
        case .pocketSphinxModel: "Folder of the PocketSphinx model (Debian's pocketsphinx-en-us)"
        case .pocketSphinxThreads: "Decoders, one thread each (one per core)"
        case .modelLoadTimeout: "How long an utterance waits for an engine that still loads (10000)"
        case .vad: "Voice activity detector: auto, silero or webrtc (auto: silero when its model is there)"
        case .sileroModel: "File of the Silero model (models/silero_vad_16k.safetensors, here or above the executable)"
        case .vadThreshold: "Speech score that starts an utterance, 0 to 1 (0.5 with silero, 0.6 with webrtc)"
        case .vadPrefixPadding: "Audio kept before speech (300 with silero, 200 with webrtc)"
        case .vadSilenceDuration: "Silence that ends an utterance (500)"
        case .vadMinSpeech: "Speech needed to start an utterance (250)"
        case .vadMaxUtterance: "Longest utterance (24000)"
        case .maxSessions: "Sessions at once; more get 503 (1000)"
        case .maxPendingUtterances: "Utterances of one session that may wait for their transcript (4)"
        case .maxMessageBytes: "Largest message from a client (22020096)"
        case .slowReaderTimeout: "How long a client may leave events unread (30000)"
        case .shutdownTimeout: "How long open utterances may take after SIGTERM (20000)"
        }
    }
}
