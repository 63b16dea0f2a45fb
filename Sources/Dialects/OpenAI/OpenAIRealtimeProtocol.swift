import Audio
package import Sessions

/// Where OpenAI's realtime API stands, and what its sessions start with.
///
/// Clients put different things before the path, depending on what they take for the base of the address.
package enum OpenAIRealtime {
    /// What stands before `/realtime`.
    package static let prefixes = ["/v1", "/openai/v1", "/openai", ""]

    /// What a session of this protocol starts with.
    package static func start(_ settings: SessionSettings) -> SessionSettings {
        var settings = settings
        settings.inputFormat = .pcm16(rate: 24_000)
        settings.includesAudio = false
        settings.wantsInterim = true
        settings.rememberedItems = 100

        // Where an output has no rate of its own, clients read 24 kHz.
        settings.assistant.outputFormat = .pcm16(rate: 24_000)

        // openai-agents takes what is acknowledged after a commit for proof that no error is to come.
        settings.refusesCommitsAtOnce = true

        // Clients that commit themselves expect one item for it. Ten minutes make the largest file that backends take.
        settings.maximumCommit = SampleClock.samples(milliseconds: 600_000)
        return settings
    }

    /// Which names and structures a client reads, as its request tells.
    static func shape(_ opening: WireProtocol.Opening) -> OpenAIRealtimeDialect.Shape {
        let isBeta =
            opening.header("openai-beta").contains { $0.contains("realtime=v1") }
            || opening.offeredSubprotocols.contains("openai-beta.realtime-v1")
        guard isBeta else { return .ga }
        return .beta(isTranscription: opening.query.contains { $0 == (name: "intent", value: "transcription") })
    }
}

extension WireProtocol {
    /// What stands before a key in the list of subprotocols, as OpenAI's clients in browsers send it.
    public static let browserKeyPrefix = "openai-insecure-api-key."

    /// OpenAI's Realtime protocol; Azure's clients send their key in `api-key`.
    public static let openAIRealtime = WireProtocol(
        paths: OpenAIRealtime.prefixes.map { $0 + "/realtime" },
        subprotocols: ["realtime"],
        keyPlaces: [.bearer, .header("api-key"), .subprotocol(prefix: browserKeyPrefix)],
        takesClientSecrets: true
    ) { opening, settings throws(ClientError) in
        var settings = OpenAIRealtime.start(settings)
        if let update = opening.update { settings.apply(update) }
        settings.apply(try OpenAIRealtimeDialect.update(query: opening.query))
        let dialect = OpenAIRealtimeDialect(
            shape: OpenAIRealtime.shape(opening),
            maximumPrompt: settings.maximumPrompt
        )
        return Start(settings: settings, dialect: dialect)
    }
}
