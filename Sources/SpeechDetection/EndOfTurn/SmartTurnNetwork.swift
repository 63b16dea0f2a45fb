import COnnxRuntime
import Glibc

/// A loaded Smart Turn network.
///
/// `@unchecked Sendable`: the handles are written once, before anyone else sees them, and the library allows any number of
/// threads to run one session at once, as it changes nothing in it.
final class SmartTurnNetwork: @unchecked Sendable {
    /// One call, which can be stopped from anywhere.
    ///
    /// `@unchecked Sendable`: the handle is written once, and the library allows to stop a run while it is under way.
    final class Run: @unchecked Sendable {
        fileprivate let handle: OpaquePointer
        /// What made the handle has to live as long.
        private let network: SmartTurnNetwork

        fileprivate init?(network: SmartTurnNetwork) {
            var handle: OpaquePointer?
            guard onnx_run_create(network.handle, &handle) == ONNX_OK, let handle else { return nil }
            self.handle = handle
            self.network = network
        }

        deinit { onnx_run_destroy(handle) }

        /// Lets the call end early, also when it has not begun.
        func stop() { onnx_run_stop(handle) }

        /// Blocks until the network has answered; `nil` when it was stopped, or failed.
        ///
        /// - Parameter features: Those of `SpeechFeatures`.
        /// - Returns: 0 to 1.
        func probability(_ features: [Float]) -> Float? {
            precondition(features.count == SpeechFeatures.bands * SpeechFeatures.frames, "Another number of features")
            let shape = [1, Int64(SpeechFeatures.bands), Int64(SpeechFeatures.frames)]
            var probability: Float = 0
            let status = onnx_session_run(network.handle, handle, features, shape, shape.count, &probability, 1)
            guard status == ONNX_OK, (0...1).contains(probability) else { return nil }
            return probability
        }
    }

    private let library: OpaquePointer
    private let handle: OpaquePointer
    private let names: (input: UnsafeMutablePointer<CChar>?, output: UnsafeMutablePointer<CChar>?)

    /// Loads the library and the network; takes a tenth of a second, and blocks.
    ///
    /// - Parameters:
    ///   - path: The file of the network.
    ///   - libraryPath: The file of the shared library.
    init(path: String, library libraryPath: String) throws(SmartTurnError) {
        guard access(path, R_OK) == 0 else { throw .noModel(path: path) }

        var opened: OpaquePointer?
        switch onnx_library_open(libraryPath, &opened) {
        case ONNX_OK: break
        case ONNX_NO_MEMORY: throw .outOfMemory
        default: throw .noLibrary(path: libraryPath, reason: Self.lastError)
        }

        guard let library = opened else { throw .outOfMemory }
        let names = (input: strdup("input_features"), output: strdup("logits"))
        var created: OpaquePointer?
        let status = onnx_session_create(library, path, names.input, names.output, &created)
        guard status == ONNX_OK, let handle = created else {
            let reason = Self.lastError
            onnx_library_close(library)
            free(names.input)
            free(names.output)
            if status == ONNX_NO_MEMORY { throw .outOfMemory }
            throw .unusableModel(path: path, reason: reason)
        }

        self.library = library
        self.handle = handle
        self.names = names
    }

    deinit {
        onnx_session_destroy(handle)
        onnx_library_close(library)
        free(names.input)
        free(names.output)
    }

    /// A call to come; `nil` when there is no memory for it.
    func makeRun() -> Run? { Run(network: self) }

    /// The library's words in one line.
    static var lastError: String {
        let words = String(cString: onnx_last_error()).split(whereSeparator: \.isWhitespace)
        return words.joined(separator: " ")
    }
}
