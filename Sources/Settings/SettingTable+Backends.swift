import Transcription

extension SettingSection {
    static let whisperHTTP = SettingSection(
        heading: "Whisper-compatible servers",
        settings: [
            Setting(
                "OPENAI_BASE_URL",
                at: \.engine.baseURL,
                is: .address,
                for: "Whisper-compatible server, such as http://127.0.0.1:9000/v1; several with commas share the work",
                absent: "OpenAI's, with TRANSCRIBER=whisper-http"
            ),
            Setting("OPENAI_API_KEY", at: \.engine.apiKey, is: .secret, for: "Key for these servers"),
            Setting(
                "STENO_CONFIG",
                at: \.engine.configurationFile,
                is: .path,
                for: "JSON file with servers, each with a key, model, weight or tier of its own (docs/backends.md)"
            ),
            Setting(
                "FALLBACK",
                at: \.engine.fallback,
                is: .choice,
                for: "What transcribes when none of the servers can: the embedded engine, or nothing",
                absent: "embedded where its model is there, else none"
            ),
            Setting(
                "HEDGING",
                at: \.engine.hedges,
                is: .boolean,
                for: "Whether a request that takes longer than 95 of 100 is sent to a second server too"
            ),
            Setting(
                "TRANSCRIBER_RESPONSE_FORMAT",
                at: \.engine.responseFormat,
                is: .choice,
                for: "What they answer with; verbose_json has word times",
                explained: "verbose_json, or json where that is refused"
            ),
            Setting(
                "TRANSCRIBER_TIMEOUT_MS",
                at: \.engine.timeout,
                is: .milliseconds(100...3_600_000),
                for: "Longest wait for the answer to a request under way"
            ),
            Setting(
                "TRANSCRIBER_CONCURRENCY",
                at: \.engine.concurrency,
                is: .integer(1...1_000),
                for: "The most requests under way to each at once; fewer when it is slow"
            ),
        ]
    )
}
