extension SettingSection {
    static let synthesis = SettingSection(
        heading: "Speech synthesis",
        settings: [
            Setting(
                "TTS",
                at: \.speech.choice,
                is: .choice,
                for: "Engine that speaks; flite and sherpa, whose voices are neural, speak on this machine",
                explained: "http when TTS_BASE_URL or STENO_CONFIG names servers, else flite"
            ),
            Setting(
                "TTS_BASE_URL",
                at: \.speech.baseURL,
                is: .address,
                for: "Server with audio/speech, such as http://127.0.0.1:8880/v1; several with commas",
                absent: "OpenAI's, with TTS=http"
            ),
            Setting("TTS_API_KEY", at: \.speech.apiKey, is: .secret, for: "Key for these servers"),
            Setting(
                "TTS_MODEL",
                at: \.speech.model,
                is: .text,
                for: "Model that it is asked for; with TTS=sherpa a voice of `steno models list`, or a folder",
                absent: "the client's choice, else tts-1; piper-joe-en"
            ),
            Setting(
                "TTS_VOICE",
                at: \.speech.voice,
                is: .text,
                for: "Voice unless a client names one; flite has slt, rms, awb and kal16",
                absent: "slt; a model's first; alloy with TTS_BASE_URL"
            ),
            Setting(
                "TTS_VOICES",
                at: \.speech.names,
                is: .voiceNames,
                for: "Further names of voices, such as alloy=slt,ash=rms",
                absent: "OpenAI's names, by sex"
            ),
            Setting(
                "TTS_SAMPLE_RATE",
                at: \.speech.rate,
                is: .integer(8_000...48_000, unit: "Hz"),
                for: "Rate of a server's audio that does not say"
            ),
            Setting(
                "TTS_THREADS",
                at: \.speech.threads,
                is: .integer(1...256),
                for: "Pieces of text that flite or sherpa speaks at once",
                absent: "as many as there are cores"
            ),
        ]
    )
}
