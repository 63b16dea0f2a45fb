import Logging
import Transcription

// The table of settings. A row says where the value goes; what counts without it stands there (`ServerSettings`).

extension SettingSection {
    /// In the order of the help and the documents.
    public static let all = [
        server, tls, access, engine, whisperHTTP, embedded, models, languageModel, synthesis, assistant, storage, spool,
        detection,
        turns, endOfTurn, limits, keyLimits, patience,
    ]

    static let server = SettingSection(
        heading: "Server",
        settings: [
            Setting("HOST", at: \.host, is: .text, for: "Address to listen on; 0.0.0.0 for every interface"),
            Setting("PORT", at: \.port, is: .integer(0...65_535), for: "Port to listen on, or 0 for a free one"),
            Setting("LOG_LEVEL", at: \.logLevel, is: .choice, for: "The least severe lines of the log"),
            Setting(
                "LOG_FORMAT",
                at: \.logFormat,
                is: .choice,
                for: "How the log is written: lines for people, or a JSON object a line"
            ),
            Setting(
                "ADMIN_PORT",
                at: \.admin.port,
                is: .integer(0...65_535),
                for: "Port for /metrics and /admin, which are then nowhere else; it has /health and /ready, too",
                absent: "none: they are on PORT"
            ),
            Setting("ADMIN_HOST", at: \.admin.host, is: .text, for: "Address to listen on for ADMIN_PORT"),
        ]
    )

    static let tls = SettingSection(
        heading: "TLS",
        settings: [
            Setting(
                "TLS_CERT",
                at: \.tls.certificate,
                is: .path,
                for: "PEM file of the certificate with which the server speaks https:// and wss:// only",
                absent: "none: http:// and ws://"
            ),
            Setting("TLS_KEY", at: \.tls.key, is: .path, for: "PEM file of its private key; SIGHUP reads both again"),
        ]
    )

    /// Who may use the server.
    public static let access = SettingSection(
        heading: "Access",
        settings: [
            Setting(
                "API_KEYS",
                at: \.access.keys,
                is: .secret,
                for: "Keys that clients must send, as KEY or NAME:KEY, separated by commas",
                absent: "none: open to everyone"
            ),
            Setting(
                "API_KEYS_FILE",
                at: \.access.keysFile,
                is: .path,
                for: "File of such keys, one a line, instead of API_KEYS; SIGHUP reads it again"
            ),
            Setting(
                "METRICS_KEY",
                at: \.access.metricsKey,
                is: .secret,
                for: "Key that opens GET /metrics, and nothing else",
                absent: "none: only this machine may read it"
            ),
            Setting(
                "ALLOWED_ORIGINS",
                at: \.access.origins,
                is: .list,
                for: "Sites whose pages may use the server, such as https://example.org, with commas; * for all",
                absent: "none but its own"
            ),
            Setting(
                "ALLOWED_HOSTS",
                at: \.access.hosts,
                is: .list,
                for: "Names the server may be called, with commas; * for all",
                absent: "when only this machine reaches it: localhost; else all"
            ),
        ]
    )

    static let engine = SettingSection(
        heading: "Engine",
        settings: [
            Setting(
                "TRANSCRIBER",
                at: \.engine.choice,
                is: .choice,
                for: "Engine that transcribes",
                explained: "the first of the others that is configured or there"
            ),
            Setting(
                "TRANSCRIBER_MODEL",
                at: \.engine.model,
                is: .text,
                for: "Model: a server's, or for sherpa a catalogue name or path",
                absent: "the client's choice, else whisper-1; for sherpa moonshine-tiny-en"
            ),
            Setting(
                "TRANSCRIBER_LANGUAGE",
                at: \.language,
                is: .language,
                for: "Language unless a session names one, such as en",
                explained: "the engine decides"
            ),
            Setting("TRANSCRIBER_PROMPT", at: \.prompt, is: .text, for: "Prompt unless a session has one"),
            Setting(
                "TRANSCRIBER_DEADLINE_MS",
                at: \.engine.deadline,
                is: .milliseconds(100...3_600_000),
                for: "Longest time from an utterance's end to its transcript, waiting included"
            ),
            Setting(
                "MODEL_LOAD_TIMEOUT_MS",
                at: \.engine.loadTimeout,
                is: .milliseconds(0...600_000),
                for: "How long an utterance waits for an engine that still loads"
            ),
            Setting(
                "INTERIM",
                at: \.engine.interim,
                is: .choice,
                for: "Text while somebody speaks; http is for Whisper-compatible servers too"
            ),
            Setting(
                "SPECULATE_MS",
                at: \.speculation,
                is: .samples(milliseconds: 0...10_000),
                for: "Silence after which an embedded engine begins with an utterance; 0 for never"
            ),
            Setting("GUARD", at: \.guardMode, is: .choice, for: "What becomes of text that an engine invented"),
        ]
    )

    static let embedded = SettingSection(
        heading: "Embedded engines",
        settings: [
            Setting(
                "SHERPA_LIBRARY",
                at: \.engine.sherpaLibrary,
                is: .path,
                for: "File of the sherpa-onnx library",
                absent: "in engines/sherpa-onnx/lib, here or above the executable"
            ),
            Setting(
                "SHERPA_THREADS",
                at: \.engine.sherpaThreads,
                is: .integer(1...256),
                for: "Utterances that sherpa decodes at once, one thread each",
                absent: "one per core"
            ),
            Setting(
                "POCKETSPHINX_MODEL",
                at: \.engine.pocketSphinxModel,
                is: .path,
                for: "Folder of the PocketSphinx model"
            ),
            Setting(
                "POCKETSPHINX_THREADS",
                at: \.engine.pocketSphinxThreads,
                is: .integer(1...256),
                for: "Decoders of PocketSphinx, one thread each",
                absent: "one per core"
            ),
        ]
    )

    /// Where models of the embedded engine lie and come from.
    public static let models = SettingSection(
        heading: "Models",
        settings: [
            Setting(
                "MODELS_DIR",
                at: \.models.directory,
                is: .path,
                for: "Folder of models, one folder each",
                absent: "models, here or above the executable; else ~/.cache/steno/models"
            ),
            Setting("MODELS_OFFLINE", at: \.models.isOffline, is: .boolean, for: "Whether no model may be fetched"),
            Setting(
                "MODELS_SOURCE",
                at: \.models.mirror,
                is: .httpAddress,
                for: "Mirror that models are fetched from: replaces scheme and host, as http://127.0.0.1:8080 would"
            ),
            Setting(
                "MODELS_CATALOGUE",
                at: \.models.catalogue,
                is: .path,
                for: "JSON file with more models, or other sources of those that are known"
            ),
        ]
    )
}
