import Audio
import JSON
import Sessions
import SpeechDetection

/// The answer to `session.update`: every setting that a client may change, as it holds from here on.
struct CompactSession {
    let settings: SessionSettings

    func message(eventID: String) -> JSONValue {
        ["type": "session.updated", "event_id": .string(eventID), "session": session]
    }

    private var session: JSONValue {
        [
            "language": .nullable(settings.language), "prompt": .nullable(settings.prompt),
            "include_audio": .bool(settings.includesAudio), "sample_rate": .integer(settings.inputFormat.rate),
            "noise_reduction": .nullable(settings.noiseReduction?.rawValue),
            "turn_detection": settings.turnDetection.map(turnDetection) ?? .null,
        ]
    }

    private func turnDetection(_ rules: TurnDetection) -> JSONValue {
        [
            "threshold": Self.number(rules.threshold), "hysteresis": Self.number(rules.hysteresis),
            "prefix_padding_ms": Self.milliseconds(rules.prefixPadding),
            "suffix_padding_ms": Self.milliseconds(rules.suffixPadding),
            "silence_duration_ms": Self.milliseconds(rules.hangover),
            "min_speech_ms": Self.milliseconds(rules.minimumSpeech), "merge_gap_ms": Self.milliseconds(rules.mergeGap),
            "onset_search_ms": Self.milliseconds(rules.onsetSearch),
            "offset_search_ms": Self.milliseconds(rules.offsetSearch),
            "soft_max_ms": Self.milliseconds(rules.softMaximum),
            "max_utterance_ms": Self.milliseconds(settings.maximumUtterance),
            "overlap_ms": Self.milliseconds(settings.overlap),
        ]
    }

    /// By way of its shortest text: 0.6, and not the 0.6000000238 that a Float holds.
    private static func number(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }

    private static func milliseconds(_ samples: Int) -> JSONValue {
        .integer(SampleClock.milliseconds(at: SamplePosition(samples)))
    }
}
