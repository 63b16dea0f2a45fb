import Audio
import JSON
import Sessions
import SpeechDetection

/// A field of `turn_detection`: how it is read from a client, and how it is shown.
struct CompactTurnField: Sendable {
    typealias Change = TurnDetectionUpdate.Change

    let name: String
    let read: @Sendable (JSONFields, inout Change) throws(ClientError) -> Void
    let show: @Sendable (SessionSettings, TurnDetection) -> JSONValue

    static let all = [
        score("threshold", of: \.threshold, in: TurnDetection.thresholds) { $0.threshold },
        score("hysteresis", of: \.hysteresis, in: TurnDetection.hystereses) { $0.hysteresis },
        time("prefix_padding_ms", of: \.prefixPadding, in: TurnDetection.paddings) { $1.prefixPadding },
        time("suffix_padding_ms", of: \.suffixPadding, in: TurnDetection.paddings) { $1.suffixPadding },
        time("silence_duration_ms", of: \.hangover, in: TurnDetection.hangovers) { $1.hangover },
        time("min_speech_ms", of: \.minimumSpeech, in: TurnDetection.minimumSpeeches) { $1.minimumSpeech },
        time("merge_gap_ms", of: \.mergeGap, in: TurnDetection.searches) { $1.mergeGap },
        time("onset_search_ms", of: \.onsetSearch, in: TurnDetection.searches) { $1.onsetSearch },
        time("offset_search_ms", of: \.offsetSearch, in: TurnDetection.searches) { $1.offsetSearch },
        time("soft_max_ms", of: \.softMaximum, in: TurnDetection.maximumUtterances) { $1.softMaximum },
        time("max_utterance_ms", of: \.maximumUtterance, in: TurnDetection.maximumUtterances) { settings, _ in
            settings.maximumUtterance
        },
        time("overlap_ms", of: \.overlap, in: TurnDetection.overlaps) { settings, _ in
            settings.overlap ?? SessionSettings.overlap(hasWordTimes: false)
        },
    ]

    /// A score of the detector.
    private static func score(
        _ name: String,
        of target: any WritableKeyPath<Change, Float?> & Sendable,
        in range: ClosedRange<Double>,
        score: @escaping @Sendable (TurnDetection) -> Float
    ) -> CompactTurnField {
        CompactTurnField(name: name) { (fields, change) throws(ClientError) in
            change[keyPath: target] = try fields.number(name, in: range).map { Float($0) }
        } show: { _, rules in
            .shortest(score(rules))
        }
    }

    /// A length of time, in samples within and in milliseconds on the wire.
    private static func time(
        _ name: String,
        of target: any WritableKeyPath<Change, Int?> & Sendable,
        in range: ClosedRange<Int>,
        samples: @escaping @Sendable (SessionSettings, TurnDetection) -> Int
    ) -> CompactTurnField {
        CompactTurnField(name: name) { (fields, change) throws(ClientError) in
            change[keyPath: target] = try fields.integer(name, in: range).map { SampleClock.samples(milliseconds: $0) }
        } show: { settings, rules in
            .milliseconds(samples(settings, rules))
        }
    }
}
