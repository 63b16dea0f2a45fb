import AudioFiles

extension SettingSection {
    static let limits = SettingSection(
        heading: "Limits",
        settings: [
            Setting(
                "MAX_SESSIONS",
                at: \.maximumSessions,
                is: .integer(1...100_000),
                for: "Sessions at once, those that wait idle included; more get 503"
            ),
            Setting(
                "MAX_PENDING_AUDIO_MS",
                at: \.maximumPending,
                is: .samples(milliseconds: 1_000...3_600_000),
                for: "Audio of one session that may wait for its transcript"
            ),
            Setting(
                "MAX_MESSAGE_BYTES",
                at: \.maximumMessageBytes,
                is: .integer(1_024...(1 << 30), unit: "bytes"),
                for: "Largest message from a client"
            ),
            Setting(
                "MAX_PROMPT_BYTES",
                at: \.maximumPrompt,
                is: .integer(0...65_536, unit: "bytes"),
                for: "Longest prompt from a client"
            ),
            Setting(
                "MAX_UPLOAD_BYTES",
                at: \.maximumUploadBytes,
                is: .integer(1_024...(1 << 32), unit: "bytes"),
                for: "Largest body of an HTTP upload"
            ),
            Setting(
                "MAX_FILE_SECONDS",
                at: \.files.samples,
                is: .samples(seconds: 1...864_000),
                for: "Longest audio in an uploaded file"
            ),
            Setting(
                "MAX_MEMORY_BYTES",
                at: \.maximumMemoryBytes,
                is: .integer((1 << 20)...(1 << 46), unit: "bytes"),
                for: "Memory that bodies, messages under way and long buffered audio may hold together",
                absent: "a quarter of the machine's"
            ),
        ]
    )

    static let keyLimits = SettingSection(
        heading: "Limits for each key",
        settings: [
            Setting(
                "MAX_SESSIONS_PER_KEY",
                at: \.keyLimits.sessions,
                is: .integer(KeyLimits.range),
                for: "WebSocket sessions at once of one API key, or of all clients without a key; more get 429",
                explained: "no limit"
            ),
            Setting(
                "MAX_AUDIO_RATE_PER_KEY",
                at: \.keyLimits.audioRate,
                is: .integer(KeyLimits.range, unit: "s"),
                for: "Seconds of audio a minute of one API key, over sessions and uploads; 60 is one live stream",
                explained: "no limit"
            ),
            Setting(
                "MAX_REQUEST_BYTES_PER_KEY",
                at: \.keyLimits.requestBytes,
                is: .integer(KeyLimits.range, unit: "bytes"),
                for: "Largest body of a request, and largest message, of one API key",
                explained: "no limit but those for all"
            ),
        ]
    )

    static let patience = SettingSection(
        heading: "Time limits",
        settings: [
            Setting(
                "FILE_TIMEOUT_MS",
                at: \.files.patience,
                is: .milliseconds(100...3_600_000),
                for: "How long decoding an uploaded file may stand still, or be behind the speed of speech"
            ),
            Setting(
                "REQUEST_TIMEOUT_MS",
                at: \.requestTimeout,
                is: .milliseconds(100...600_000),
                for: "How long a request's head may take, and its body stand still; it also has to bring 1 kB/s"
            ),
            Setting(
                "PING_INTERVAL_MS",
                at: \.pingInterval,
                is: .milliseconds(100...3_600_000),
                for: "Time between the pings that a WebSocket client gets"
            ),
            Setting(
                "PING_TIMEOUT_MS",
                at: \.pingTimeout,
                is: .milliseconds(100...3_600_000),
                for: "How long a client may stay silent after a ping before it counts as gone"
            ),
            Setting(
                "SLOW_READER_TIMEOUT_MS",
                at: \.slowReaderTimeout,
                is: .milliseconds(100...600_000),
                for: "How long a client may leave events or answers unread"
            ),
            Setting(
                "RESUME_WINDOW_S",
                at: \.resumeWindow,
                is: .seconds(0...86_400),
                for: "How long a resumable session waits for its client after a lost connection; 0 for never"
            ),
            Setting(
                "SHUTDOWN_TIMEOUT_MS",
                at: \.shutdownTimeout,
                is: .milliseconds(0...600_000),
                for: "How long open utterances may take after SIGTERM"
            ),
        ]
    )
}
