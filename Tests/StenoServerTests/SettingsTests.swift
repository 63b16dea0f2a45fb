import Audio
import Configuration
import Sessions
import SpeechDetection
import Testing
import Transcription

@testable import StenoServer

@Suite("Server settings")
struct SettingsTests {
    static func settings(_ environment: [String: String]) async throws -> ServerSettings {
        try await ServerSettings(
            config: ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment))
        )
    }

    @Test("Has working defaults")
    func defaults() async throws {
        let settings = try await Self.settings(["SHERPA_LIBRARY": "/nowhere"])
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8_000)
        var expected = SessionSettings(turnDetection: .silero)
        expected.speculatesAfter = 3_200
        #expect(settings.session == expected)
        guard case .pocketSphinx = settings.engine.engine else {
            Issue.record("Not the embedded engine")
            return
        }
    }

    @Test("Reads every session setting")
    func session() async throws {
        let settings = try await Self.settings([
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
        expected.allowsInterim = false
        expected.enhancement = AudioEnhancement(noiseReduction: .farField, gainControl: true, listener: .detector)
        #expect(settings == expected)
    }

    @Test(
        "Expects word times of a backend unless only its text is asked for",
        arguments: [("json", false), ("verbose_json", true), ("auto", true), ("", true)]
    )
    func wordTimes(format: String, hasWordTimes: Bool) async throws {
        let environment = ["OPENAI_BASE_URL": "http://127.0.0.1:9", "TRANSCRIBER_RESPONSE_FORMAT": format]
        let engine = try await Self.settings(environment).engine.engine
        #expect(engine.capabilities.hasWordTimes == hasWordTimes)
    }

    @Test(
        "Picks the detector that is there, with the turn detection that suits it",
        arguments: [
            ([:], "silero"), (["VAD": "auto"], "silero"), (["VAD": "silero"], "silero"),
            (["VAD": "webrtc"], "webrtc"), (["VAD": "webrtc", "SILERO_MODEL": "/nowhere"], "webrtc"),
            (["SILERO_MODEL": "/nowhere"], "fallback"), (["VAD": "auto", "SILERO_MODEL": "/nowhere"], "fallback"),
        ] as [([String: String], String)]
    )
    func detector(environment: [String: String], expected: String) async throws {
        let settings = try await Self.settings(environment)
        switch settings.detector.detector {
        case .silero:
            #expect(expected == "silero")
            #expect(settings.session.turnDetection == .silero)
        case .webRTC:
            #expect(expected != "silero")
            #expect(settings.session.turnDetection == .webRTC)
        }
        #expect((settings.detector.fallbackReason != nil) == (expected == "fallback"))
    }

    @Test(
        "Stops when Silero is asked for by name and its model cannot be used",
        arguments: ["/nowhere", "/dev/null", "/"]
    )
    func missingModel(path: String) async throws {
        await #expect {
            try await Self.settings(["VAD": "silero", "SILERO_MODEL": path])
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
            (["SHERPA_LIBRARY": "/nowhere", "TRANSCRIBER_MODEL": ""], "pocketsphinx"),
            (["OPENAI_API_KEY": "k"], "sherpa"),
            (["OPENAI_API_KEY": "k", "SHERPA_LIBRARY": "/nowhere", "TRANSCRIBER_MODEL": ""], "pocketsphinx"),
            (["TRANSCRIBER": "whisper-http", "OPENAI_API_KEY": "k"], "https://api.openai.com/v1"),
            (["OPENAI_BASE_URL": "http://127.0.0.1:9000/v1"], "http://127.0.0.1:9000/v1"),
            (["OPENAI_BASE_URL": "", "OPENAI_API_KEY": ""], "sherpa"),
            (["TRANSCRIBER": "sherpa", "OPENAI_BASE_URL": "http://127.0.0.1:9000/v1"], "sherpa"),
            (["TRANSCRIBER": "pocketsphinx", "OPENAI_API_KEY": "k"], "pocketsphinx"),
        ] as [([String: String], String)]
    )
    func engine(environment: [String: String], expected: String) async throws {
        let installed = try #require(Self.sherpa)
        let settings = try await Self.settings(installed.environment.merging(environment) { $1 }).engine
        switch settings.engine {
        case .pocketSphinx: #expect(expected == "pocketsphinx")
        case .sherpa: #expect(expected == "sherpa")
        case .whisperHTTP(let configuration): #expect(expected == configuration.baseURL)
        }
        let hasFallenBack = expected == "pocketsphinx" && environment["TRANSCRIBER"] == nil
        #expect((settings.fallbackReason != nil) == hasFallenBack)
        let key = environment["OPENAI_API_KEY"].flatMap { $0.isEmpty ? nil : $0 }
        #expect(settings.hasUnusedKey == (key != nil && environment["TRANSCRIBER"] == nil))
    }

    @Test("Stops where the model that is asked for is not there", arguments: ["auto", "sherpa"])
    func missingSherpaModel(transcriber: String) async throws {
        var environment = try #require(Self.sherpa).environment
        environment["TRANSCRIBER"] = transcriber
        environment["TRANSCRIBER_MODEL"] = "/nowhere/moonshine"
        await #expect(throws: SettingsError.self) { try await Self.settings(environment) }
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
            ("TRANSCRIBER_LANGUAGE", "klingon"), ("API_KEYS", "short"),
            ("API_KEYS", " "), ("API_KEYS", "some-long-key,"), ("API_KEYS", "some long key"),
        ]
    )
    func refuses(setting: String, value: String) async throws {
        await #expect {
            try await Self.settings([setting: value])
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
    func refusesWhisper(setting: String, value: String) async throws {
        await #expect {
            let environment = ["TRANSCRIBER": "whisper-http", "OPENAI_API_KEY": "k"]
            return try await Self.settings(environment.merging([setting: value]) { $1 })
        } throws: { error in
            (error as? SettingsError)?.setting == setting
        }
    }

    @Test(
        "Refuses bad values for PocketSphinx's settings too",
        arguments: ["POCKETSPHINX_MODEL", "POCKETSPHINX_THREADS"]
    )
    func refusesPocketSphinx(setting: String) async throws {
        await #expect {
            try await Self.settings(["TRANSCRIBER": "pocketsphinx", setting: "/nowhere"])
        } throws: { error in
            (error as? SettingsError)?.setting == setting
        }
    }

    @Test(
        "Reads the language in every form it comes in",
        arguments: [("de-CH", "de"), ("german", "de"), ("ger", "de"), ("auto", nil), ("", nil)] as [(String, String?)]
    )
    func language(text: String, code: String?) async throws {
        #expect(try await Self.settings(["TRANSCRIBER_LANGUAGE": text]).session.language == code)
    }

    @Test("Is open without keys", arguments: [[:], ["API_KEYS": ""]])
    func noKeys(environment: [String: String]) async throws {
        #expect(try await Self.settings(environment).apiKeys.isEmpty)
    }

    @Test("Reads keys, and shows none of them")
    func keys() async throws {
        let settings = try await Self.settings(["API_KEYS": "alice:first-key-of-all, second-key-of-all"])
        #expect(settings.apiKeys.names == ["alice", "key-2"])
        var text = ""
        dump(settings, to: &text)
        #expect(!text.contains("key-of-all"))
    }

    @Test("Shows no key in an error", arguments: ["topsecret", "a:top secret", "x,topsecret", "topsecret:x"])
    func badKeys(value: String) async throws {
        await #expect {
            try await Self.settings(["API_KEYS": "alice:topsecret," + value])
        } throws: { error in
            !"\(error)".contains("secret") && "\(error)".hasPrefix("API_KEYS ")
        }
    }

    @Test("Marks as secret what holds a key, and nothing else")
    func secrets() {
        #expect(Setting.allCases.filter(\.isSecret) == [.apiKeys, .metricsKey, .openAIAPIKey])
        #expect(
            Setting.allCases.filter { $0.rawValue.contains("KEY") } == [
                .apiKeys, .apiKeysFile, .metricsKey, .openAIAPIKey,
            ]
        )
    }

    @Test("Has an option and a line of help for every setting", arguments: Setting.allCases)
    func help(setting: Setting) {
        #expect(setting.option.allSatisfy { $0.isLowercase || $0 == "-" })
        #expect(!setting.help.isEmpty && setting.help.count < 120)
    }
}
