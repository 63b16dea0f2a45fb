import SpeechSynthesis
import Testing

@testable import Settings

@Suite("Choice of the speech engine")
struct SynthesizerChoiceTests {
    private static func choice(_ environment: [String: String]) throws -> SynthesizerChoice {
        let settings = try ServerSettings(reading: SettingValues(environment: environment))
        return try SynthesizerChoice(settings: settings)
    }

    @Test(
        "Takes the server that is configured, else flite; a key alone sends nothing away",
        arguments: [
            ([:], "flite", false), (["TTS_API_KEY": "k"], "flite", true),
            (["TTS": "flite", "TTS_API_KEY": "k"], "flite", false),
            (["TTS_BASE_URL": "http://h/v1"], "http://h/v1", false),
            (["TTS": "none", "TTS_BASE_URL": "http://h"], "none", false),
            (["TTS": "http", "TTS_API_KEY": "k"], "https://api.openai.com/v1", false),
            (["TTS": "flite", "TTS_BASE_URL": "http://h/v1"], "flite", false),
            (["TTS": "", "TTS_BASE_URL": ""], "flite", false),
        ] as [([String: String], String, Bool)]
    )
    func engine(environment: [String: String], expected: String, hasUnusedKey: Bool) throws {
        let choice = try Self.choice(environment)
        switch choice.engine {
        case .http(let list): #expect(list.members.map(\.configuration.baseURL) == [expected])
        case .flite, .sherpa, .none: #expect(choice.kind == expected)
        }
        #expect(choice.hasUnusedKey == hasUnusedKey)
    }

    @Test("Passes everything on that is set")
    func configuration() throws {
        let names = VoiceNames(targets: ["alloy": "af_bella"])
        let http = try Self.choice([
            "TTS_BASE_URL": "http://127.0.0.1:8880/v1", "TTS_API_KEY": "k", "TTS_MODEL": "kokoro",
            "TTS_VOICE": "af_sky",
            "TTS_VOICES": "alloy=af_bella", "TTS_SAMPLE_RATE": "22050",
        ])
        let expected = SpeechHTTPSynthesizer.Configuration(
            baseURL: "http://127.0.0.1:8880/v1",
            apiKey: "k",
            model: "kokoro",
            voice: "af_sky",
            names: names,
            rate: 22_050
        )
        guard case .http(let list) = http.engine else {
            Issue.record("No server")
            return
        }
        #expect(list.members.map(\.configuration) == [expected])
        let flite = try Self.choice(["TTS_VOICE": "rms", "TTS_VOICES": "ash=awb", "TTS_THREADS": "3"])
        #expect(flite.engine == .flite(voice: "rms", names: VoiceNames(targets: ["ash": "awb"]), threads: 3))
    }

    @Test(
        "Names the setting that stops the server",
        arguments: [
            ("TTS", "magic", [:]), ("TTS", "http", [:]), ("TTS_BASE_URL", "nowhere:", [:]),
            ("TTS_API_KEY", "a\u{1}", ["TTS": "http"]), ("TTS_VOICE", "af_sky", [:]), ("TTS_VOICES", "alloy", [:]),
            ("TTS_VOICES", "alloy=af_sky", [:]), ("TTS_SAMPLE_RATE", "100", [:]), ("TTS_THREADS", "0", [:]),
            ("TTS", "sherpa", ["SHERPA_LIBRARY": "/proc/nowhere/x.so"]),
            ("TTS_MODEL", "/proc/nowhere", ["TTS": "sherpa"]),
            ("TTS_MODEL", "nobody", ["TTS": "sherpa"]), ("TTS_MODEL", "moonshine-tiny-en", ["TTS": "sherpa"]),
        ] as [(String, String, [String: String])]
    )
    func refuses(setting: String, value: String, others: [String: String]) {
        #expect {
            try Self.choice(others.merging([setting: value]) { $1 })
        } throws: { error in
            (error as? SettingsError)?.setting == setting
        }
    }
}
