internal import Foundation

/// What setup has put beside the sources; without it there is nothing to test, and setup has said why.
public enum InstalledSherpa {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized.path
    public static let library = root + "/engines/sherpa-onnx/lib/libsherpa-onnx-c-api.so"
    public static let folder = root + "/models/moonshine-tiny-en"
    public static let isThere = FileManager.default.fileExists(atPath: library)
    public static let absence = "sherpa-onnx could not be fetched from PyPI"
}
