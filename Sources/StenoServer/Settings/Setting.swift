/// Everything an operator may set, by the name it has in the environment.
///
/// On the command line `VAD_THRESHOLD` is `--vad-threshold`.
public enum Setting: String, CaseIterable, Sendable {
    case host = "HOST"
    case port = "PORT"
    case logLevel = "LOG_LEVEL"
    case apiKeys = "API_KEYS"
    case apiKeysFile = "API_KEYS_FILE"
    case metricsKey = "METRICS_KEY"
    case allowedOrigins = "ALLOWED_ORIGINS"
    case allowedHosts = "ALLOWED_HOSTS"
    case transcriber = "TRANSCRIBER"
    case openAIBaseURL = "OPENAI_BASE_URL"
    case openAIAPIKey = "OPENAI_API_KEY"
    case transcriberModel = "TRANSCRIBER_MODEL"
    case transcriberLanguage = "TRANSCRIBER_LANGUAGE"
    case transcriberPrompt = "TRANSCRIBER_PROMPT"
    case transcriberResponseFormat = "TRANSCRIBER_RESPONSE_FORMAT"
    case transcriberTimeout = "TRANSCRIBER_TIMEOUT_MS"
    case transcriberDeadline = "TRANSCRIBER_DEADLINE_MS"
    case transcriberConcurrency = "TRANSCRIBER_CONCURRENCY"
    case sherpaLibrary = "SHERPA_LIBRARY"
    case sherpaThreads = "SHERPA_THREADS"
    case modelsDirectory = "MODELS_DIR"
    case modelsOffline = "MODELS_OFFLINE"
    case modelsSource = "MODELS_SOURCE"
    case modelsCatalogue = "MODELS_CATALOGUE"
    case pocketSphinxModel = "POCKETSPHINX_MODEL"
    case pocketSphinxThreads = "POCKETSPHINX_THREADS"
    case transcriptGuard = "GUARD"
    case interim = "INTERIM"
    case speculate = "SPECULATE_MS"
    case modelLoadTimeout = "MODEL_LOAD_TIMEOUT_MS"
    case vad = "VAD"
    case sileroModel = "SILERO_MODEL"
    case noiseReduction = "NOISE_REDUCTION"
    case gainControl = "GAIN_CONTROL"
    case enhancementFor = "ENHANCEMENT_FOR"
    case vadThreshold = "VAD_THRESHOLD"
    case vadHysteresis = "VAD_HYSTERESIS"
    case vadPrefixPadding = "VAD_PREFIX_PADDING_MS"
    case vadSuffixPadding = "VAD_SUFFIX_PADDING_MS"
    case vadSilenceDuration = "VAD_SILENCE_DURATION_MS"
    case vadMinSpeech = "VAD_MIN_SPEECH_MS"
    case vadMergeGap = "VAD_MERGE_GAP_MS"
    case vadOnsetSearch = "VAD_ONSET_SEARCH_MS"
    case vadOffsetSearch = "VAD_OFFSET_SEARCH_MS"
    case vadSoftMax = "VAD_SOFT_MAX_MS"
    case vadMaxUtterance = "VAD_MAX_UTTERANCE_MS"
    case vadOverlap = "VAD_OVERLAP_MS"
    case maxSessions = "MAX_SESSIONS"
    case maxPendingAudio = "MAX_PENDING_AUDIO_MS"
    case maxMessageBytes = "MAX_MESSAGE_BYTES"
    case maxPromptBytes = "MAX_PROMPT_BYTES"
    case maxUploadBytes = "MAX_UPLOAD_BYTES"
    case maxFileSeconds = "MAX_FILE_SECONDS"
    case fileTimeout = "FILE_TIMEOUT_MS"
    case maxMemoryBytes = "MAX_MEMORY_BYTES"
    case requestTimeout = "REQUEST_TIMEOUT_MS"
    case pingInterval = "PING_INTERVAL_MS"
    case pingTimeout = "PING_TIMEOUT_MS"
    case slowReaderTimeout = "SLOW_READER_TIMEOUT_MS"
    case shutdownTimeout = "SHUTDOWN_TIMEOUT_MS"

    /// The name as a command-line option, without the dashes.
    public var option: String { rawValue.lowercased().replacing("_", with: "-") }

    /// Whether its value must not be shown.
    public var isSecret: Bool { [.apiKeys, .metricsKey, .openAIAPIKey].contains(self) }

    /// What it is for, and its default, in one line.
    public var help: String {
        switch self {
        case .host: "Address to listen on (127.0.0.1; 0.0.0.0 for every interface)"
        case .port: "Port to listen on (8000; 0 picks a free one)"
        case .logLevel: "trace, debug, info, notice, warning, error or critical (info)"
        case .apiKeys: "Keys that clients must send, as KEY or NAME:KEY, separated by commas (none: open to everyone)"
        case .apiKeysFile: "File of such keys, one a line, instead of API_KEYS; SIGHUP reads it again"
        case .metricsKey: "Key that opens GET /metrics, and nothing else (none: only this machine may read it)"
        case .allowedOrigins:
            "Sites whose pages may use the server, such as https://example.org, with commas; * for all (none but its own)"
        case .allowedHosts:
            "Names the server may be called, with commas; * for all (when only this machine reaches it: localhost; else all)"
        case .transcriber:
            "auto, whisper-http, sherpa or pocketsphinx (auto: the first of these that is configured or there)"
        case .openAIBaseURL:
            "Whisper-compatible server, such as http://127.0.0.1:9000/v1 (OpenAI's, with TRANSCRIBER=whisper-http)"
        case .openAIAPIKey: "Key for that server"
        case .transcriberModel:
            "Model: a server's (the client's choice, else whisper-1), or for sherpa a catalogue name or path (moonshine-tiny-en)"
        case .transcriberLanguage: "Language unless a session names one, such as en (the engine decides)"
        case .transcriberPrompt: "Prompt unless a session has one"
        case .transcriberResponseFormat: "json, verbose_json (word times), or auto: json where that is refused (auto)"
        case .transcriberTimeout: "Longest wait for that server's answer to a request under way (30000)"
        case .transcriberDeadline: "Longest time from an utterance's end to its transcript, waiting included (120000)"
        case .transcriberConcurrency: "The most requests under way to that server at once; fewer when slow (16)"
        case .sherpaLibrary:
            "File of the sherpa-onnx library (in engines/sherpa-onnx/lib, here or above the executable)"
        case .sherpaThreads: "Utterances that sherpa decodes at once, one thread each (one per core)"
        case .modelsDirectory:
            "Folder of models, one folder each (models, here or above the executable; else ~/.cache/steno/models)"
        case .modelsOffline: "Whether no model may be fetched: 1 or 0 (0)"
        case .modelsSource:
            "Mirror that models are fetched from: replaces scheme and host, as http://127.0.0.1:8080 would"
        case .modelsCatalogue: "JSON file with more models, or other sources of those that are known"
        case .pocketSphinxModel: "Folder of the PocketSphinx model (Debian's pocketsphinx-en-us)"
        case .pocketSphinxThreads: "Decoders, one thread each (one per core)"
        case .transcriptGuard: "What becomes of text that an engine invented: drop, mark or off (drop)"
        case .interim: "Text while somebody speaks: on, off, or http for Whisper-compatible servers too (on)"
        case .speculate: "Silence after which an embedded engine begins with an utterance, in ms; 0 for never (200)"
        case .modelLoadTimeout: "How long an utterance waits for an engine that still loads (10000)"
        case .vad: "Voice activity detector: auto, silero or webrtc (auto: silero when its model is there)"
        case .sileroModel: "File of the Silero model (models/silero_vad_16k.safetensors, here or above the executable)"
        case .noiseReduction: "Noise to suppress: off, near_field (a headset) or far_field (a room) (off)"
        case .gainControl: "Whether quiet speech is raised and loud speech lowered to one level: on or off (off)"
        case .enhancementFor: "Who hears the result of these two: both, detector or transcriber (both)"
        case .vadThreshold: "Speech score that starts an utterance, 0 to 1 (0.5 with silero, 0.6 with webrtc)"
        case .vadHysteresis: "How far the score may fall below that while speech goes on (0.15; 0.2 with webrtc)"
        case .vadPrefixPadding: "Audio kept before speech (250 with silero, 200 with webrtc)"
        case .vadSuffixPadding: "Audio kept after speech (220 with silero, 240 with webrtc)"
        case .vadSilenceDuration: "Silence that ends an utterance (500)"
        case .vadMinSpeech: "Speech that must come together to start an utterance (96 with silero, 250 with webrtc)"
        case .vadMergeGap: "Pauses shorter than this do not part it (200)"
        case .vadOnsetSearch: "How far before the first certain speech its onset is looked for (1000)"
        case .vadOffsetSearch:
            "How far before the last certain speech its end is looked for, twice as far behind (200; 100 with webrtc)"
        case .vadSoftMax: "From this length on an utterance is cut in the next good pause (18000)"
        case .vadMaxUtterance: "Longest utterance (24000)"
        case .vadOverlap:
            "What the engine hears in both of two utterances where one was cut for its length (1500; 480 without word times)"
        case .maxSessions: "Sessions at once; more get 503 (1000)"
        case .maxPendingAudio: "Audio of one session that may wait for its transcript, in ms (60000)"
        case .maxMessageBytes: "Largest message from a client (22020096)"
        case .maxPromptBytes: "Bytes that a client's prompt may have (4096)"
        case .maxUploadBytes: "Largest body of an HTTP upload (104857600)"
        case .maxFileSeconds: "Longest audio in an uploaded file (14400)"
        case .fileTimeout:
            "How long decoding an uploaded file may stand still, or be behind the speed of speech (30000)"
        case .maxMemoryBytes: "Memory that bodies and messages under way may hold together (a quarter of the machine's)"
        case .requestTimeout:
            "How long the head of a request may take, and its body stand still; it also has to bring 1 kB/s (30000)"
        case .pingInterval: "Time between the pings that a WebSocket client gets (20000)"
        case .pingTimeout: "How long a client may stay silent after a ping before it counts as gone (40000)"
        case .slowReaderTimeout: "How long a client may leave events or answers unread (30000)"
        case .shutdownTimeout: "How long open utterances may take after SIGTERM (8000)"
        }
    }
}
