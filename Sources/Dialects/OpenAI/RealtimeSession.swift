import Audio
import JSON
import Sessions
import SpeechDetection

/// The session as its client sees it, in either shape.
struct RealtimeSession {
    let id: String
    /// Seconds since 1970.
    let expiry: Int
    let shape: OpenAIRealtimeDialect.Shape

    func json(_ settings: SessionSettings) -> JSONValue {
        let include: JSONValue = settings.includesLogprobs ? ["item.input_audio_transcription.logprobs"] : nil
        var session: [String: JSONValue] = [
            "object": "realtime.transcription_session", "id": .string(id), "expires_at": .integer(expiry),
            "include": include,
        ]
        switch shape {
        case .ga:
            session["type"] = "transcription"
            session["audio"] = [
                "input": [
                    "format": Self.format(settings.inputFormat), "transcription": Self.transcription(settings),
                    "noise_reduction": Self.noiseReduction(settings), "turn_detection": Self.turnDetection(settings),
                ]
            ]
        case .beta:
            session["input_audio_format"] = Self.betaFormat(settings.inputFormat)
            session["input_audio_transcription"] = Self.transcription(settings)
            session["input_audio_noise_reduction"] = Self.noiseReduction(settings)
            session["turn_detection"] = Self.turnDetection(settings)
            session["client_secret"] = nil as JSONValue
        }
        return .object(session)
    }

    private static func format(_ format: AudioFormat) -> JSONValue {
        switch format {
        case .pcm16(let rate): ["type": "audio/pcm", "rate": .integer(rate)]
        case .muLaw: ["type": "audio/pcmu"]
        case .aLaw: ["type": "audio/pcma"]
        }
    }

    private static func betaFormat(_ format: AudioFormat) -> JSONValue {
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
        if let eagerness = settings.eagerness {
            return ["type": "semantic_vad", "eagerness": .string(eagerness.rawValue)]
        }
        return [
            "type": "server_vad",
            "threshold": .shortest(rules.threshold),
            "prefix_padding_ms": .milliseconds(rules.prefixPadding),
            "silence_duration_ms": .milliseconds(rules.hangover),
        ]
    }
}
