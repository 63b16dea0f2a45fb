import Audio
import Sessions
import SpeechDetection

extension SettingSection {
    static let detection = SettingSection(
        heading: "Speech detection",
        settings: [
            Setting(
                "VAD",
                at: \.detector.choice,
                is: .choice,
                for: "Voice activity detector",
                explained: "silero when its model is there, else webrtc"
            ),
            Setting(
                "SILERO_MODEL",
                at: \.detector.model,
                is: .path,
                for: "File of the Silero model",
                absent: "\(DetectorFactory.modelPath), here or above the executable"
            ),
            Setting(
                "NOISE_REDUCTION",
                at: \.enhancement.noiseReduction,
                is: SettingFormat<NoiseReduction>.choice(none: "off"),
                for: "Noise to suppress, that of a headset (near) or of a room (far)"
            ),
            Setting(
                "GAIN_CONTROL",
                at: \.enhancement.gainControl,
                is: .boolean,
                for: "Whether quiet speech is raised and loud speech lowered to one level"
            ),
            Setting(
                "ENHANCEMENT_FOR",
                at: \.enhancement.listener,
                is: .choice,
                for: "Who hears the result of these two"
            ),
        ]
    )

    static let turns = SettingSection(
        heading: "Where utterances begin and end",
        settings: [
            Setting(
                rule: "VAD_THRESHOLD",
                at: \.turns.threshold,
                of: \.threshold,
                is: .decimal(TurnDetection.thresholds),
                for: "Speech score that starts an utterance"
            ),
            Setting(
                rule: "VAD_HYSTERESIS",
                at: \.turns.hysteresis,
                of: \.hysteresis,
                is: .decimal(TurnDetection.hystereses),
                for: "How far the score may fall below VAD_THRESHOLD while speech goes on"
            ),
            Setting(
                rule: "VAD_PREFIX_PADDING_MS",
                at: \.turns.prefixPadding,
                of: \.prefixPadding,
                is: .samples(milliseconds: TurnDetection.paddings),
                for: "Audio kept before speech"
            ),
            Setting(
                rule: "VAD_SUFFIX_PADDING_MS",
                at: \.turns.suffixPadding,
                of: \.suffixPadding,
                is: .samples(milliseconds: TurnDetection.paddings),
                for: "Audio kept after speech"
            ),
            Setting(
                rule: "VAD_SILENCE_DURATION_MS",
                at: \.turns.hangover,
                of: \.hangover,
                is: .samples(milliseconds: TurnDetection.hangovers),
                for: "Silence that ends an utterance"
            ),
            Setting(
                rule: "VAD_MIN_SPEECH_MS",
                at: \.turns.minimumSpeech,
                of: \.minimumSpeech,
                is: .samples(milliseconds: TurnDetection.minimumSpeeches),
                for: "Speech that must come together to start an utterance"
            ),
            Setting(
                rule: "VAD_MERGE_GAP_MS",
                at: \.turns.mergeGap,
                of: \.mergeGap,
                is: .samples(milliseconds: TurnDetection.searches),
                for: "Pauses shorter than this do not part the speech that comes together for a start"
            ),
            Setting(
                rule: "VAD_ONSET_SEARCH_MS",
                at: \.turns.onsetSearch,
                of: \.onsetSearch,
                is: .samples(milliseconds: TurnDetection.searches),
                for: "How far before the first certain speech its onset is looked for"
            ),
            Setting(
                rule: "VAD_OFFSET_SEARCH_MS",
                at: \.turns.offsetSearch,
                of: \.offsetSearch,
                is: .samples(milliseconds: TurnDetection.searches),
                for: "How far before the last certain speech its end is looked for, and twice as far after it"
            ),
            Setting(
                rule: "VAD_SOFT_MAX_MS",
                at: \.turns.softMaximum,
                of: \.softMaximum,
                is: .samples(milliseconds: TurnDetection.maximumUtterances),
                for: "From this length on an utterance is cut in the next good pause"
            ),
            Setting(
                "VAD_MAX_UTTERANCE_MS",
                at: \.turns.maximumUtterance,
                is: .samples(milliseconds: TurnDetection.maximumUtterances),
                for: "Longest utterance",
                default: SessionSettings().maximumUtterance
            ),
            Setting(
                "VAD_OVERLAP_MS",
                at: \.turns.overlap,
                is: overlaps,
                for: "What the engine hears in both of two utterances where one was cut for its length",
                absent: overlaps.text(SessionSettings.overlap(hasWordTimes: true)) + ", or "
                    + overlaps.text(SessionSettings.overlap(hasWordTimes: false)) + " without word times"
            ),
        ]
    )

    static let endOfTurn = SettingSection(
        heading: "When a speaker has finished",
        settings: [
            Setting(
                "TURN",
                at: \.endOfTurn.choice,
                is: .choice,
                for: "What decides: silence alone (vad), or a model that listens how it was said (smart)",
                explained: "smart when its model is there, else vad"
            ),
            Setting(
                "TURN_THRESHOLD",
                at: \.endOfTurn.threshold,
                is: .decimal(0...1),
                for: "The model's probability from which a speaker has finished"
            ),
            Setting(
                "TURN_MODEL",
                at: \.endOfTurn.model,
                is: .path,
                for: "File of the Smart Turn model",
                absent: "\(SmartTurn.modelName)/\(SmartTurn.modelFile) in a folder of models"
            ),
        ]
    )

    private static let overlaps = SettingFormat<Int>.samples(milliseconds: TurnDetection.overlaps)
}

extension Setting {
    /// A rule of turn detection, whose default is what suits the detector.
    fileprivate init<Value: Equatable>(
        rule name: String,
        at path: any WritableKeyPath<ServerSettings, Value?> & Sendable,
        of rule: KeyPath<TurnDetection, Value>,
        is format: SettingFormat<Value>,
        for help: String
    ) {
        let (silero, webRTC) = (TurnDetection.silero[keyPath: rule], TurnDetection.webRTC[keyPath: rule])
        let isOne = silero == webRTC
        self.init(
            name,
            at: path,
            is: format,
            for: help,
            default: isOne ? silero : nil,
            absent: isOne ? nil : "\(format.text(silero)) with silero, \(format.text(webRTC)) with webrtc"
        )
    }
}
