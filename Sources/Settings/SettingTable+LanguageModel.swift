extension SettingSection {
    static let languageModel = SettingSection(
        heading: "Language model",
        settings: [
            Setting(
                "LLM",
                at: \.languageModel.choice,
                is: .choice,
                for: "Language model that answers conversations; echo repeats what it hears",
                explained: "http when LLM_BASE_URL or STENO_CONFIG names servers, else none"
            ),
            Setting(
                "LLM_BASE_URL",
                at: \.languageModel.baseURL,
                is: .address,
                for: "Server with chat completions, such as http://127.0.0.1:11434/v1; several with commas",
                absent: "OpenAI's, with LLM=http"
            ),
            Setting("LLM_API_KEY", at: \.languageModel.apiKey, is: .secret, for: "Key for these servers"),
            Setting(
                "LLM_MODEL",
                at: \.languageModel.model,
                is: .text,
                for: "Model that it is asked for",
                absent: "the server's choice"
            ),
            Setting(
                "LLM_EXTRA",
                at: \.languageModel.extra,
                is: .jsonObject,
                for: "JSON object whose members go into every request to it; null takes one away",
                absent: "none"
            ),
            Setting(
                "LLM_INSTRUCTIONS",
                at: \.languageModel.instructions,
                is: .text,
                for: "What the model is told unless a session has instructions",
                absent: "to speak in short sentences, without what only the eye can read"
            ),
            Setting(
                "LLM_TIMEOUT_MS",
                at: \.languageModel.firstTokenTimeout,
                is: .milliseconds(100...3_600_000),
                for: "Longest wait for the first token of a reply, with all attempts"
            ),
            Setting(
                "LLM_IDLE_TIMEOUT_MS",
                at: \.languageModel.idleTimeout,
                is: .milliseconds(100...3_600_000),
                for: "Longest wait for each later token"
            ),
        ]
    )
}
