/// Why a neural voice cannot speak.
///
/// For the operator: `description` may hold paths and the library's own words.
public enum NeuralVoiceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Steno was built before `./entrypoint.sh setup` had fetched the engine.
    case notBuiltIn
    case noLibrary(path: String, reason: String)
    /// The folder holds no voice that is known here.
    case noModel(folder: String, reason: String)
    /// The files are there, but the library refuses them; it prints the reason itself.
    case unusableModel(folder: String)
    /// The model wants phonemes, and there is no program that makes them.
    case noPhonemizer(program: String)
    /// The program that makes phonemes has no rules for the model's language.
    case noLanguage(name: String, program: String)
    /// The model loads, and a word that it speaks is silence.
    case silent(folder: String)
    case outOfMemory
    /// The system gave no thread; `code` is an `errno`.
    case noThread(code: Int32)

    public var description: String {
        switch self {
        case .notBuiltIn:
            "This executable was built without sherpa-onnx; run ./entrypoint.sh setup, and build again"
        case .noLibrary(let path, let reason):
            "sherpa-onnx cannot be loaded from \(path) (\(reason)); ./entrypoint.sh setup fetches it"
        case .noModel(let folder, let reason):
            "There is no voice in \(folder) (\(reason)); `steno models list` shows voices, and `steno models pull` "
                + "fetches them"
        case .unusableModel(let folder):
            "sherpa-onnx cannot load the voice in \(folder); fetch its files again"
        case .noPhonemizer(let program):
            "The voice needs phonemes, and the program \(program) that makes them is not there; install the package "
                + "espeak-ng"
        case .noLanguage(let name, let program):
            "The voice needs phonemes of \(name), which \(program) cannot make; install the package espeak-ng-data"
        case .silent(let folder):
            "The voice in \(folder) says nothing, so its files do not fit together; fetch them again"
        case .outOfMemory: "No memory for the voice"
        case .noThread(let code): "No thread for the voice (error \(code)); lower TTS_THREADS"
        }
    }
}
