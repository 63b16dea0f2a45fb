import CSherpaOnnx
import Glibc

/// A loaded model of sherpa-onnx.
///
/// `@unchecked Sendable`: the handle is written once, before anyone else sees it, and the library allows any number of
/// threads to decode with one recognizer at once, as it changes nothing in it.
final class SherpaRecognizer: @unchecked Sendable {
    /// What was heard in one piece of audio.
    struct Heard: Equatable, Sendable {
        var text: String
        /// As the model names it, such as `<|en|>`; empty when it does not say.
        var language: String
        var tokens: [TimedToken]
    }

    private let library: OpaquePointer
    private let handle: OpaquePointer
    private let hasLanguages: Bool

    /// Loads the library and the model; takes up to seconds, and blocks.
    ///
    /// - Parameter library: The file of the shared library.
    init(_ model: SherpaModel, library path: String) throws(SherpaError) {
        var opened: OpaquePointer?
        switch sherpa_library_open(path, &opened) {
        case SHERPA_OK: break
        case SHERPA_NOT_BUILT_IN: throw .notBuiltIn
        case SHERPA_NO_MEMORY: throw .outOfMemory
        default: throw .noLibrary(path: path, reason: String(cString: sherpa_last_error()))
        }

        guard let library = opened else { throw .outOfMemory }
        var handle: OpaquePointer?
        let status = model.withCModel { sherpa_recognizer_create(library, &$0, &handle) }
        guard status == SHERPA_OK, let handle else {
            sherpa_library_close(library)
            if status == SHERPA_NO_MEMORY { throw .outOfMemory }
            throw .unusableModel(folder: model.folder)
        }

        self.library = library
        self.handle = handle
        hasLanguages = model.onlyLanguage == nil && (model.kind == .whisper || model.kind == .senseVoice)
    }

    deinit {
        sherpa_recognizer_destroy(handle)
        sherpa_library_close(library)
    }

    /// Recognises a piece of audio, and blocks until it has; `nil` when the library fails.
    ///
    /// - Parameters:
    ///   - samples: Mono at `SampleClock.rate`, -1 to 1.
    ///   - language: ISO 639-1 code, for models that know several.
    func decode(_ samples: [Float], language: String?) -> Heard? {
        var result: OpaquePointer?
        let hint = hasLanguages ? language : nil
        guard sherpa_recognizer_decode(handle, samples, samples.count, hint, &result) == SHERPA_OK, let result
        else { return nil }
        defer { sherpa_result_destroy(result) }

        let times = sherpa_result_timestamps(result)
        let tokens = (0..<sherpa_result_token_count(result)).compactMap { index -> TimedToken? in
            guard let times else { return nil }
            return TimedToken(text: String(cString: sherpa_result_token(result, index)), start: times[index])
        }
        return Heard(
            text: String(cString: sherpa_result_text(result)),
            language: String(cString: sherpa_result_language(result)),
            tokens: tokens
        )
    }
}

extension SherpaModel {
    /// Lets `body` see the model as C does; the pointers are valid until it returns.
    fileprivate func withCModel<Result>(_ body: (inout sherpa_model) -> Result) -> Result {
        let paths = Role.allCases.map { path($0).map { strdup($0) } ?? nil }
        defer { for path in paths { free(path) } }
        func pointer(_ role: Role) -> UnsafePointer<CChar>? {
            Role.allCases.firstIndex(of: role).flatMap { paths[$0] }.map { UnsafePointer($0) }
        }

        var model = sherpa_model()
        model.kind = kind.cKind
        model.preprocessor = pointer(.preprocessor)
        model.encoder = pointer(.encoder)
        model.decoder = pointer(.decoder)
        model.cached_decoder = pointer(.cachedDecoder)
        model.joiner = pointer(.joiner)
        model.model = pointer(.model)
        model.tokens = pointer(.tokens)
        return body(&model)
    }
}

extension SherpaModel.Kind {
    fileprivate var cKind: sherpa_model_kind {
        switch self {
        case .moonshineMerged: SHERPA_MOONSHINE_MERGED
        case .moonshine: SHERPA_MOONSHINE
        case .whisper: SHERPA_WHISPER
        case .transducer: SHERPA_TRANSDUCER
        case .nemoCTC: SHERPA_NEMO_CTC
        case .zipformerCTC: SHERPA_ZIPFORMER_CTC
        case .senseVoice: SHERPA_SENSE_VOICE
        }
    }
}
