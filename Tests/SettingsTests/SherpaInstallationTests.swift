import Foundation
import Models
import Sessions
import Testing
import Transcription

@testable import Settings

@Suite("Models of the embedded engine")
struct SherpaInstallationTests {
    /// A folder for models, and a file in the place of the library, which is not loaded here.
    private static func configured(_ environment: [String: String]) throws -> Configured {
        let folder = FileManager.default.temporaryDirectory.appending(path: "models-\(UUID().uuidString)").path
        let base = ["MODELS_DIR": folder, "SHERPA_LIBRARY": #filePath]
        return try Configured(base.merging(environment) { $1 })
    }

    @Test("Fetches a model that an operator names, and knows what it can do before it is there")
    func pulls() throws {
        let configured = try Self.configured(["TRANSCRIBER_MODEL": "parakeet-tdt-0.6b-v2"])
        guard case .sherpa(let sherpa) = configured.engine.engine else {
            Issue.record("Not the neural engine")
            return
        }
        #expect(sherpa.isPulled)
        #expect(sherpa.folder == sherpa.models.store.intendedPath(of: "parakeet-tdt-0.6b-v2"))
        #expect(configured.engine.language == "english")
        #expect(configured.engine.capabilities.hasWordTimes)
    }

    @Test("Fetches nothing that nobody asked for")
    func unasked() throws {
        guard case .pocketSphinx = try Self.configured([:]).engine.engine else {
            Issue.record("Not the engine that is there")
            return
        }
    }

    @Test(
        "Says how to fetch what the server does not fetch itself",
        arguments: [
            (["TRANSCRIBER_MODEL": "whisper-base", "MODELS_OFFLINE": "1"], "steno models pull whisper-base"),
            (["TRANSCRIBER": "sherpa"], "steno models pull moonshine-tiny-en"),
            (["TRANSCRIBER_MODEL": "zipformer-streaming-en"], "is for streaming"),
            (["TRANSCRIBER_MODEL": "smart-turn-v3.2"], "transcribes nothing"),
            (["TRANSCRIBER_MODEL": "nonsense"], "no speech model"),
        ]
    )
    func refuses(environment: [String: String], advice: String) {
        #expect {
            try Self.configured(environment)
        } throws: { error in
            "\(error)".contains(advice) && "\(error)".split(separator: "\n").count == 1
        }
    }

    @Test("Fetches nothing that cannot be checked")
    func unpinned() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "catalogue-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let entry = """
            {"models": [{"name": "own", "task": "transcription", "languages": ["en"], "license": "MIT", "page": "p",
            "url": "https://host/own.tar", "format": "tar"}]}
            """
        try Data(entry.utf8).write(to: file)
        #expect {
            try Self.configured(["TRANSCRIBER_MODEL": "own", "MODELS_CATALOGUE": file.path])
        } throws: { error in
            "\(error)".contains("steno models pull own --unpinned")
        }
    }
}
