import Audio
import JSON
import Sessions
import SpeechDetection

/// The answer to `session.update`: every setting that a client may change, as it holds from here on.
struct CompactSession {
    let settings: SessionSettings
    let tellsSpeech: Bool

    /// Without its `event_id`.
    var message: [String: JSONValue] { ["type": "session.updated", "session": session] }

    private var session: JSONValue {
        var session = always
        // Clients that do not know of it see nothing new.
        if settings.wantsInterim { session["interim"] = .bool(settings.allowsInterim) }
        if tellsSpeech { session["speech_events"] = .bool(true) }
        if settings.answers {
            let assistant = settings.assistant
            var shown: [String: JSONValue] = [
                "instructions": .string(assistant.instructions), "voice": .nullable(assistant.voice),
                "speech": .bool(assistant.modality == .audio),
            ]
            if let choice = assistant.character {
                shown["character"] = .string(choice.character)
                shown["instance"] = choice.instance.map { .string($0) }
                shown["user"] = choice.user.map { .string($0) }
            }
            session["assistant"] = .object(shown)
        }
        return .object(session)
    }

    private var always: [String: JSONValue] {
        [
            "language": .nullable(settings.language), "prompt": .nullable(settings.prompt),
            "include_audio": .bool(settings.includesAudio), "sample_rate": .integer(settings.inputFormat.rate),
            "noise_reduction": .nullable(settings.enhancement.noiseReduction?.rawValue),
            "gain_control": .bool(settings.enhancement.gainControl),
            "enhancement_for": .string(settings.enhancement.listener.rawValue),
            "turn_detection": settings.turnDetection.map(turnDetection) ?? .null,
        ]
    }

    private func turnDetection(_ rules: TurnDetection) -> JSONValue {
        .object(Dictionary(uniqueKeysWithValues: CompactTurnField.all.map { ($0.name, $0.show(settings, rules)) }))
    }
}
