import Foundation
import SpeechDetection
import Testing

@testable import Settings

@Suite("What decides that a turn is over")
struct EndOfTurnInstallationTests {
    /// A folder with files in the places of a model and of the libraries, none of which can be loaded.
    private final class StandIn: Sendable {
        let folder = FileManager.default.temporaryDirectory.appending(path: "turn-\(UUID())")

        init() throws {
            let model = folder.appending(path: SmartTurn.modelName)
            try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
            let names = ["libonnxruntime.so", "\(SmartTurn.modelName)/\(SmartTurn.modelFile)"]
            for name in names { try Data().write(to: folder.appending(path: name)) }
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        var environment: [String: String] {
            ["SHERPA_LIBRARY": folder.appending(path: "libsherpa.so").path, "MODELS_DIR": folder.path]
        }
    }

    private static func installation(_ environment: [String: String]) throws -> EndOfTurnInstallation {
        try EndOfTurnInstallation(settings: ServerSettings(reading: SettingValues(environment: environment)))
    }

    @Test("Is the model where it is there, and silence where that is wanted or nothing else is there")
    func choice() throws {
        let standIn = try StandIn()
        for (choice, hasModel) in [("auto", true), ("smart", true), ("vad", false)] {
            let installation = try Self.installation(standIn.environment.merging(["TURN": choice]) { $1 })
            #expect(installation.hasModel == hasModel)
            #expect(installation.fallbackReason == nil)
        }
        let without = try Self.installation(["TURN_MODEL": "/proc/nowhere"])
        #expect(!without.hasModel)
        #expect(without.fallbackReason == .noModel(path: "/proc/nowhere"))
    }

    @Test("Is not silence when the model was asked for", arguments: ["TURN_MODEL", "SHERPA_LIBRARY"])
    func missing(setting: String) throws {
        let standIn = try StandIn()
        let environment = standIn.environment.merging(["TURN": "smart", setting: "/proc/nowhere/file"]) { $1 }
        #expect {
            try Self.installation(environment)
        } throws: { error in
            (error as? SettingsError)?.setting == "TURN" && "\(error)".contains("/proc/nowhere/")
        }
    }

    @Test("Has a threshold")
    func threshold() throws {
        #expect(try Self.installation([:]).threshold == 0.5)
        #expect(try Self.installation(["TURN_THRESHOLD": "0.7"]).threshold == 0.7)
        #expect(throws: SettingsError.self) { try Self.installation(["TURN_THRESHOLD": "1.1"]) }
    }

    @Test("Loads nothing for silence, and says why a model cannot be loaded")
    func loading() async throws {
        #expect(try await Self.installation(["TURN": "vad"]).load() == nil)
        let standIn = try StandIn()
        let installation = try Self.installation(standIn.environment)
        await #expect {
            try await installation.load()
        } throws: { error in
            if case .noLibrary(let path, _) = error as? SmartTurnError {
                path.hasPrefix(standIn.folder.path)
            } else {
                false
            }
        }
    }
}
