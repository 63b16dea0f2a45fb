import Foundation
import TestSupport

/// What `scripts/fetch-voice` has put beside the sources, and the program that makes its phonemes.
enum InstalledVoice {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized.path
    static let folder = root + "/models/piper-joe-en"
    static let model = "en_US-joe-medium.onnx"

    static let isThere =
        InstalledSherpa.isThere && FileManager.default.fileExists(atPath: folder + "/tokens.txt")
        && (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains { path in
            FileManager.default.isExecutableFile(atPath: path + "/espeak-ng")
        }
    static let absence = "sherpa-onnx, models/piper-joe-en or espeak-ng is not there; ./entrypoint.sh test fetches them"

    /// A folder with links to the voice's files.
    static func copy() throws -> String {
        let files = FileManager.default
        let copy = files.temporaryDirectory.appending(path: "steno-voice-\(UUID())").path
        try files.createDirectory(atPath: copy, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: folder) {
            try files.createSymbolicLink(atPath: "\(copy)/\(name)", withDestinationPath: "\(folder)/\(name)")
        }
        return copy
    }
}
