import Foundation
import Testing

@testable import Settings

@Suite("File .env")
struct EnvironmentFileTests {
    @Test("Reads names and values, with export and quotes as shells have them")
    func values() {
        let text = """
            # comment
            PORT=9000
              export HOST = 0.0.0.0
            TRANSCRIBER_PROMPT="a = b"
            export\tVAD='webrtc'
            LOG_LEVEL=
            API_KEYS=a"b

            PORT=9001\r
            """
        let file = EnvironmentFile(parsing: text)
        #expect(
            file.values == [
                "PORT": "9001", "HOST": "0.0.0.0", "TRANSCRIBER_PROMPT": "a = b", "VAD": "webrtc", "LOG_LEVEL": "",
                "API_KEYS": "a\"b",
            ]
        )
        #expect(file.brokenLines.isEmpty)
    }

    @Test(
        "Names broken lines by number",
        arguments: ["PORT", "=9000", "PORT: 9000", "9PORT=1", "export PORT", "A B=1"]
    )
    func broken(line: String) {
        let file = EnvironmentFile(parsing: "# first\n\n\(line)\nVAD=auto\n")
        #expect(file.brokenLines == [3])
        #expect(file.values == ["VAD": "auto"])
        #expect(SettingNames.warnings(file: file) == ["Line 3 of .env is not NAME=VALUE, and does nothing."])
    }

    @Test("A file that is not there has no settings")
    func missing() throws {
        #expect(try EnvironmentFile(path: "/proc/nowhere/.env").values.isEmpty)
    }

    @Test(
        "Finds the setting that was meant",
        arguments: [
            ("VAD_TRESHOLD", "VAD_THRESHOLD"), ("vad_threshold", "VAD_THRESHOLD"), ("LOGLEVEL", "LOG_LEVEL"),
            ("APIKEYS", "API_KEYS"), ("PORTS", "PORT"), ("MAX_SESSION", "MAX_SESSIONS"),
            ("HOME", nil), ("PATH", nil), ("PWD", nil), ("SHELL", nil), ("OTHER_THING", nil),
        ]
    )
    func nearest(name: String, setting: String?) {
        #expect(SettingNames.nearest(to: name) == setting)
    }

    @Test("Warns about what looks like a setting, and of a file about all that is none")
    func warnings() {
        let environment = ["HOME", "PATH", "VAD_TRESHOLD", "STENO_API_KEY", "STENO_PORT", "PORT"]
        #expect(
            SettingNames.warnings(environment: environment) == [
                "The environment has STENO_PORT, which is no setting.",
                "The environment has VAD_TRESHOLD, which is no setting; did you mean VAD_THRESHOLD?",
            ]
        )
        let file = EnvironmentFile(parsing: "FOO=1\nVAD_TRESHOLD=1\nVAD=auto\nSTENO_API_KEY=x")
        #expect(
            SettingNames.warnings(file: file) == [
                ".env has FOO, which is no setting.",
                ".env has VAD_TRESHOLD, which is no setting; did you mean VAD_THRESHOLD?",
            ]
        )
    }
}
