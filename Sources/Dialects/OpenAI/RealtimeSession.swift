import Audio
import Chat
import JSON
import Sessions
import SpeechDetection

/// The session as its client sees it, in either shape.
struct RealtimeSession {
    let id: String
    /// Seconds since 1970.
    let expiry: Int
    let shape: OpenAIRealtimeDialect.Shape

    /// Names the conversation; a connection has one.
    var conversationID: String { "conv_" + id.drop { $0 != "_" }.dropFirst() }

    /// What a session that names no voice is said to have.
    static let defaultVoice = "default"

    func json(_ settings: SessionSettings) -> JSONValue {
        let include: JSONValue = settings.includesLogprobs ? ["item.input_audio_transcription.logprobs"] : nil
        var session: [String: JSONValue] = ["id": .string(id), "expires_at": .integer(expiry), "include": include]
        switch shape {
        case .ga:
            session["audio"] = ["input": input(settings)]
            if settings.answers { addAssistant(settings, to: &session) }
        case .beta:
            session["input_audio_format"] = Self.betaFormat(settings.inputFormat)
            session["input_audio_transcription"] = Self.transcription(settings)
            session["input_audio_noise_reduction"] = Self.noiseReduction(settings)
            session["turn_detection"] = Self.turnDetection(settings)
            session["client_secret"] = nil as JSONValue
            if settings.answers { addBetaAssistant(settings.assistant, to: &session) }
        }

        session["object"] = settings.answers ? "realtime.session" : "realtime.transcription_session"
        if case .ga = shape { session["type"] = settings.answers ? "realtime" : "transcription" }
        return .object(session)
    }

    private func input(_ settings: SessionSettings) -> JSONValue {
        [
            "format": Self.format(settings.inputFormat), "transcription": Self.transcription(settings),
            "noise_reduction": Self.noiseReduction(settings), "turn_detection": Self.turnDetection(settings),
        ]
    }

    private func addAssistant(_ settings: SessionSettings, to session: inout [String: JSONValue]) {
        let assistant = settings.assistant
        addShared(assistant, to: &session)
        session["output_modalities"] = [.string(assistant.modality.rawValue)]
        session["max_output_tokens"] = assistant.maximumTokens.map { .integer($0) } ?? "inf"
        session.merge(RealtimeSessionExtras.json(assistant)) { $1 }
        session["audio"] = [
            "input": input(settings),
            "output": [
                "format": Self.format(assistant.outputFormat),
                "voice": .string(assistant.voice ?? Self.defaultVoice), "speed": .number(assistant.speed),
            ],
        ]
        if let effort = assistant.effort { session["reasoning"] = ["effort": .string(effort)] }
    }

    private func addBetaAssistant(_ assistant: AssistantSettings, to session: inout [String: JSONValue]) {
        addShared(assistant, to: &session)
        session["modalities"] = Self.betaModalities(assistant.modality)
        session["voice"] = .string(assistant.voice ?? Self.defaultVoice)
        session["speed"] = .number(assistant.speed)
        session["output_audio_format"] = Self.betaFormat(assistant.outputFormat)
        session["temperature"] = .number(assistant.temperature ?? 0.8)
        session["max_response_output_tokens"] = assistant.maximumTokens.map { .integer($0) } ?? "inf"
    }

    private func addShared(_ assistant: AssistantSettings, to session: inout [String: JSONValue]) {
        session["model"] = .string(assistant.model ?? "default")
        session["instructions"] = .string(assistant.instructions)
        session["tools"] = .array(assistant.tools.map(Self.tool))
        session["tool_choice"] =
            switch assistant.toolChoice {
            case .auto: "auto"
            case .none: "none"
            case .required: "required"
            case .function(let name): ["type": "function", "name": .string(name)]
            }
        if let allows = assistant.allowsParallelCalls { session["parallel_tool_calls"] = .bool(allows) }
    }

    private static func tool(_ tool: ChatTool) -> JSONValue {
        var json: [String: JSONValue] = ["type": "function", "name": .string(tool.name)]
        if let description = tool.description { json["description"] = .string(description) }
        let parameters = tool.parameters.map { Array($0.utf8) }
        if let parameters, let value = try? JSONValue(parsing: parameters.span) { json["parameters"] = value }
        return .object(json)
    }

    static func betaModalities(_ modality: AssistantSettings.Modality) -> JSONValue {
        switch modality {
        case .audio: ["text", "audio"]
        case .text: ["text"]
        }
    }

    static func format(_ format: AudioFormat) -> JSONValue {
        switch format {
        case .pcm16(let rate): ["type": "audio/pcm", "rate": .integer(rate)]
        case .muLaw: ["type": "audio/pcmu"]
        case .aLaw: ["type": "audio/pcma"]
        }
    }

    static func betaFormat(_ format: AudioFormat) -> JSONValue {
        switch format {
        case .pcm16: "pcm16"
        case .muLaw: "g711_ulaw"
        case .aLaw: "g711_alaw"
        }
    }

    private static func transcription(_ settings: SessionSettings) -> JSONValue {
        guard settings.model != nil || settings.language != nil || settings.prompt != nil else { return nil }
        return [
            "model": .nullable(settings.model), "language": .nullable(settings.language),
            "prompt": .nullable(settings.prompt),
        ]
    }

    private static func noiseReduction(_ settings: SessionSettings) -> JSONValue {
        settings.enhancement.noiseReduction.map { ["type": .string($0.rawValue)] } ?? nil
    }

    private static func turnDetection(_ settings: SessionSettings) -> JSONValue {
        guard let rules = settings.turnDetection else { return nil }

        var detection: [String: JSONValue]
        if let eagerness = settings.eagerness {
            detection = ["type": "semantic_vad", "eagerness": .string(eagerness.rawValue)]
        } else {
            detection = [
                "type": "server_vad",
                "threshold": .shortest(rules.threshold),
                "prefix_padding_ms": .milliseconds(rules.prefixPadding),
                "silence_duration_ms": .milliseconds(rules.hangover),
            ]
        }

        guard settings.answers else { return .object(detection) }

        // Clients that are not told send a cancel of their own.
        detection["create_response"] = .bool(settings.assistant.createsResponse)
        detection["interrupt_response"] = .bool(settings.assistant.interruptsResponse)
        if settings.eagerness == nil {
            let timeout = settings.assistant.idleTimeout.map { JSONValue.number($0 / .milliseconds(1)) }
            detection["idle_timeout_ms"] = timeout ?? nil
        }

        return .object(detection)
    }
}
