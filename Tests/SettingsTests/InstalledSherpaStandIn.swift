import Foundation

/// A folder that looks like an installed neural engine; nothing in it can be loaded.
final class InstalledSherpaStandIn: Sendable {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "steno-\(UUID())")

    init() throws {
        let model = folder.appending(path: "moonshine-some-en")
        try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
        let names = ["encoder_model.ort", "decoder_model_merged.ort", "tokens.txt"]
        for file in names.map({ model.appending(path: $0) }) + [folder.appending(path: "library.so")] {
            try Data().write(to: file)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Settings that lead there.
    var environment: [String: String] {
        [
            "SHERPA_LIBRARY": folder.appending(path: "library.so").path,
            "TRANSCRIBER_MODEL": folder.appending(path: "moonshine-some-en").path,
        ]
    }
}
