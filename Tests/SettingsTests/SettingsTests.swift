import Audio
import Sessions
import SpeechDetection
import Testing
import Transcription

@testable import Settings

/// What settings lead to on this machine.
struct Configured {
    var settings: ServerSettings
    var detectors: DetectorFactory
    var engine: EngineChoice
    var languageModel: LanguageModelChoice
    var session: SessionSettings

    init(_ environment: [String: String]) throws {
        settings = try ServerSettings(reading: SettingValues(environment: environment))
        detectors = try DetectorFactory(settings: settings.detector)
        engine = try EngineChoice(settings: settings)
        languageModel = try LanguageModelChoice(settings: settings)
        session = settings.session(turnDetection: detectors.turnDetection)
    }
}

@Suite("Settings")
struct SettingsTests {
    @Test("Has working defaults")
    func defaults() throws {
        let configured = try Configured(["SHERPA_LIBRARY": "/proc/nowhere"])
        #expect(configured.settings.host == "127.0.0.1")
        #expect(configured.settings.port == 8_000)
        var expected = SessionSettings(turnDetection: .silero)
        expected.speculatesAfter = 3_200
        expected.assistant.instructions = LanguageModelSettings().sessionInstructions
        #expect(configured.session == expected)
        guard case .pocketSphinx = configured.engine.engine else {
            Issue.record("Not the embedded engine")
            return
        }
    }

    @Test("Reads every session setting")
    func session() throws {
        let settings = try Configured([
            "VAD": "webrtc", "VAD_THRESHOLD": "0.7", "VAD_PREFIX_PADDING_MS": "300", "VAD_SILENCE_DURATION_MS": "700",
            "VAD_MIN_SPEECH_MS": "100", "VAD_MAX_UTTERANCE_MS": "10000", "TRANSCRIBER_LANGUAGE": "de",
            "TRANSCRIBER_PROMPT": "Namen", "MAX_PENDING_AUDIO_MS": "9000", "INTERIM": "off", "SPECULATE_MS": "300",
            "VAD_HYSTERESIS": "0.3",
            "VAD_SUFFIX_PADDING_MS": "310", "VAD_MERGE_GAP_MS": "110", "VAD_ONSET_SEARCH_MS": "120",
            "VAD_OFFSET_SEARCH_MS": "130", "VAD_SOFT_MAX_MS": "8000", "VAD_OVERLAP_MS": "140",
            "NOISE_REDUCTION": "far_field", "GAIN_CONTROL": "on", "ENHANCEMENT_FOR": "detector",
            "TRANSCRIBER": "pocketsphinx",
        ]).session
        var turns = TurnDetection.webRTC
        turns.threshold = 0.7
        turns.prefixPadding = 4_800
        turns.hangover = 11_200
        turns.minimumSpeech = 1_600
        turns.hysteresis = 0.3
        turns.suffixPadding = 4_960
        turns.mergeGap = 1_760
        turns.onsetSearch = 1_920
        turns.offsetSearch = 2_080
        turns.softMaximum = 128_000
        var expected = SessionSettings(turnDetection: turns, maximumUtterance: 160_000, language: "de", prompt: "Namen")
        expected.maximumPending = 144_000
        expected.overlap = 2_240
        expected.speculatesAfter = 4_800
        expected.assistant.instructions = LanguageModelSettings().sessionInstructions
        expected.allowsInterim = false
        expected.enhancement = AudioEnhancement(noiseReduction: .farField, gainControl: true, listener: .detector)
        #expect(settings == expected)
    }

    @Test(
        "Expects word times of a backend unless only its text is asked for",
        arguments: [("json", false), ("verbose_json", true), ("auto", true), ("", true)]
    )
    func wordTimes(format: String, hasWordTimes: Bool) throws {
        let environment = ["OPENAI_BASE_URL": "http://127.0.0.1:9", "TRANSCRIBER_RESPONSE_FORMAT": format]
        let engine = try Configured(environment).engine
        #expect(engine.capabilities.hasWordTimes == hasWordTimes)
    }

    @Test(
        "Picks the detector that is there, with the turn detection that suits it",
        arguments: [
            ([:], "silero"), (["VAD": "auto"], "silero"), (["VAD": "silero"], "silero"),
            (["VAD": "webrtc"], "webrtc"), (["VAD": "webrtc", "SILERO_MODEL": "/proc/nowhere"], "webrtc"),
            (["SILERO_MODEL": "/proc/nowhere"], "fallback"),
            (["VAD": "auto", "SILERO_MODEL": "/proc/nowhere"], "fallback"),
        ] as [([String: String], String)]
    )
    func detector(environment: [String: String], expected: String) throws {
        let configured = try Configured(environment)
        let isSilero = configured.detectors.choice == .silero
        #expect(isSilero == (expected == "silero"))
        #expect(configured.session.turnDetection == (isSilero ? .silero : .webRTC))
        #expect((configured.detectors.fallbackReason != nil) == (expected == "fallback"))
    }

    @Test(
        "Stops when Silero is asked for by name and its model cannot be used",
        arguments: ["/proc/nowhere", "/dev/null", "/"]
    )
    func missingModel(path: String) throws {
        #expect {
            try Configured(["VAD": "silero", "SILERO_MODEL": path])
        } throws: { error in
            (error as? SettingsError)?.setting == "SILERO_MODEL" && "\(error)".split(separator: "\n").count == 1
        }
    }

    /// Stands for an installed library and model: whether they can be used shows only when they are loaded.
    private static let sherpa = try? InstalledSherpaStandIn()

    @Test(
        "Picks the engine that is configured, else the neural one where it is, else PocketSphinx",
        arguments: [
            ([:], "sherpa"),
            (["SHERPA_LIBRARY": "/proc/nowhere", "TRANSCRIBER_MODEL": ""], "pocketsphinx"),
            (["OPENAI_API_KEY": "k"], "sherpa"),
            (["OPENAI_API_KEY": "k", "SHERPA_LIBRARY": "/proc/nowhere", "TRANSCRIBER_MODEL": ""], "pocketsphinx"),
            (["TRANSCRIBER": "whisper-http", "OPENAI_API_KEY": "k"], "https://api.openai.com/v1"),
            (["OPENAI_BASE_URL": "http://127.0.0.1:9000/v1"], "http://127.0.0.1:9000/v1"),
            (["OPENAI_BASE_URL": "", "OPENAI_API_KEY": ""], "sherpa"),
            (["TRANSCRIBER": "sherpa", "OPENAI_BASE_URL": "http://127.0.0.1:9000/v1"], "sherpa"),
            (["TRANSCRIBER": "pocketsphinx", "OPENAI_API_KEY": "k"], "pocketsphinx"),
        ] as [([String: String], String)]
    )
    func engine(environment: [String: String], expected: String) throws {
        let installed = try #require(Self.sherpa)
        let choice = try Configured(installed.environment.merging(environment) { $1 }).engine
        switch choice.engine {
        case .pocketSphinx: #expect(expected == "pocketsphinx")
        case .sherpa: #expect(expected == "sherpa")
        case .whisperHTTP(let list, _): #expect(expected == list.members[0].configuration.baseURL)
        }
        let hasFallenBack = expected == "pocketsphinx" && environment["TRANSCRIBER"] == nil
        #expect((choice.fallbackReason != nil) == hasFallenBack)
        let key = environment["OPENAI_API_KEY"].flatMap { $0.isEmpty ? nil : $0 }
        #expect(choice.hasUnusedKey == (key != nil && environment["TRANSCRIBER"] == nil))
    }

    @Test("Stops where the model that is asked for is not there", arguments: ["auto", "sherpa"])
    func missingSherpaModel(transcriber: String) throws {
        var environment = try #require(Self.sherpa).environment
        environment["TRANSCRIBER"] = transcriber
        environment["TRANSCRIBER_MODEL"] = "/proc/nowhere/moonshine"
        #expect(throws: SettingsError.self) { try Configured(environment) }
    }

    @Test(
        "Stops at a value that cannot be used, and names the setting",
        arguments: [
            ("PORT", "80a"), ("PORT", "65536"), ("PORT", "-1"), ("VAD", "foo"), ("VAD_THRESHOLD", "1.5"),
            ("VAD_THRESHOLD", "nan"), ("VAD_SILENCE_DURATION_MS", "half a second"), ("VAD_PREFIX_PADDING_MS", "-5"),
            ("VAD_MIN_SPEECH_MS", "1e9"), ("VAD_MAX_UTTERANCE_MS", "0"), ("LOG_LEVEL", "loud"),
            ("TRANSCRIBER", "magic"),
            ("TRANSCRIBER", "whisper-http"), ("OPENAI_BASE_URL", "ftp://host"), ("SHERPA_THREADS", "0"),
            ("MAX_SESSIONS", "none"),
            ("MAX_MESSAGE_BYTES", "1"), ("SLOW_READER_TIMEOUT_MS", "1"), ("PING_INTERVAL_MS", "1"),
            ("PING_TIMEOUT_MS", "1"), ("SHUTDOWN_TIMEOUT_MS", "x"),
            ("MAX_PENDING_AUDIO_MS", "0"), ("MODEL_LOAD_TIMEOUT_MS", "soon"),
            ("TRANSCRIBER_LANGUAGE", "klingon"), ("GAIN_CONTROL", "maybe"), ("MODELS_SOURCE", "ftp://host"),
            ("LLM", "magic"), ("LLM", "http"), ("LLM_BASE_URL", "ftp://host"), ("LLM_EXTRA", "[]"), ("LLM_EXTRA", "{"),
            ("LLM_TIMEOUT_MS", "0"), ("LLM_IDLE_TIMEOUT_MS", "soon"),
        ]
    )
    func refuses(setting: String, value: String) throws {
        #expect {
            try Configured([setting: value])
        } throws: { error in
            (error as? SettingsError)?.setting == setting && "\(error)".split(separator: "\n").count == 1
        }
    }

    @Test(
        "Refuses bad values for the Whisper server's settings too",
        arguments: [
            ("TRANSCRIBER_TIMEOUT_MS", "0"), ("TRANSCRIBER_CONCURRENCY", "many"),
            ("TRANSCRIBER_RESPONSE_FORMAT", "xml"), ("OPENAI_API_KEY", "line\u{1}break"),
        ]
    )
    func refusesWhisper(setting: String, value: String) throws {
        #expect {
            let environment = ["TRANSCRIBER": "whisper-http", "OPENAI_API_KEY": "k"]
            return try Configured(environment.merging([setting: value]) { $1 })
        } throws: { error in
            (error as? SettingsError)?.setting == setting
        }
    }

    @Test(
        "Refuses bad values for PocketSphinx's settings too",
        arguments: ["POCKETSPHINX_MODEL", "POCKETSPHINX_THREADS"]
    )
    func refusesPocketSphinx(setting: String) throws {
        #expect {
            try Configured(["TRANSCRIBER": "pocketsphinx", setting: "/proc/nowhere"])
        } throws: { error in
            (error as? SettingsError)?.setting == setting
        }
    }

    @Test(
        "Reads the language in every form it comes in",
        arguments: [("de-CH", "de"), ("german", "de"), ("ger", "de"), ("auto", nil), ("", nil)] as [(String, String?)]
    )
    func language(text: String, code: String?) throws {
        #expect(try Configured(["TRANSCRIBER_LANGUAGE": text]).session.language == code)
    }

    @Test("Shows no secret")
    func shown() throws {
        let keys = [
            "API_KEYS": "long-key-1", "METRICS_KEY": "long-key-2", "OPENAI_API_KEY": "long-key-3",
            "LLM_API_KEY": "long-key-4",
            "TTS_API_KEY": "long-key-5",
        ]
        let settings = try ServerSettings(reading: SettingValues(environment: keys))
        #expect(settings.access.keys?.text == "long-key-1")
        var text = "\(settings)"
        dump(settings, to: &text)
        #expect(!text.contains("long-key"))
    }

    @Test("Gives each setting a name and a place of its own")
    func unique() {
        #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
        #expect(Set(Setting.all.map { $0.path as PartialKeyPath<ServerSettings> }).count == Setting.all.count)
    }

    @Test("Finds the name of a setting by the place of its value")
    func error() {
        #expect("\(SettingsError(\.detector.model, problem: "is gone."))" == "SILERO_MODEL is gone.")
        #expect("\(SettingsError(\.turns.overlap, problem: "is gone."))" == "VAD_OVERLAP_MS is gone.")
    }

    @Test("An option goes before the environment, and that before the file; an empty value hides and sets nothing")
    func sources() throws {
        func port(_ options: [String: String], _ environment: [String: String]) throws -> Int {
            let values = SettingValues(options: options, environment: environment, file: ["PORT": "3"])
            return try ServerSettings(reading: values).port
        }
        #expect(try port(["PORT": "1"], ["PORT": "2"]) == 1)
        #expect(try port([:], ["PORT": "2"]) == 2)
        #expect(try port([:], [:]) == 3)
        #expect(try port([:], ["PORT": ""]) == 8_000)
    }

    @Test("An error names the option where that is where the value was typed", arguments: [true, false])
    func option(isOption: Bool) {
        let given = ["PORT": "x"]
        let values = isOption ? SettingValues(options: given) : SettingValues(environment: given)
        let error = #expect(throws: SettingsError.self) {
            try values.read { () throws(SettingsError) in try ServerSettings(reading: values) }
        }
        let name = isOption ? "--port" : "PORT"
        #expect(error?.description == "\(name) is 'x'; allowed: a whole number from 0 to 65535.")
    }

    @Test("Reads some sections without the others")
    func sections() throws {
        let values = SettingValues(environment: ["PORT": "x", "MODELS_OFFLINE": "1"])
        #expect(try ServerSettings(reading: values, only: [.models]).models.isOffline)
    }

    @Test("Marks as secret what holds a key, and nothing else")
    func secrets() {
        let secrets = Setting.all.filter(\.isSecret).map(\.name)
        #expect(secrets == ["API_KEYS", "METRICS_KEY", "OPENAI_API_KEY", "LLM_API_KEY", "TTS_API_KEY"])
        // Files, and limits for each key.
        let others: Set = ["API_KEYS_FILE", "TLS_KEY"]
        let named = Setting.all.map(\.name).filter { $0.contains("KEY") && !$0.hasSuffix("_PER_KEY") }
        #expect(named.filter { !others.contains($0) } == secrets)
    }

    @Test("Has an option and a line of help for every setting", arguments: Setting.all)
    func help(setting: Setting) {
        #expect(setting.option.allSatisfy { $0.isLowercase || $0 == "-" })
        #expect(!setting.help.isEmpty && setting.help.count < 120)
        #expect(setting.kind.summary != "")
    }
}
