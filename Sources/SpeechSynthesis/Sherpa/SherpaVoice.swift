import CSherpaOnnx
import Glibc

/// A loaded voice of sherpa-onnx.
///
/// `@unchecked Sendable`: the handle is written once, before anyone else sees it, and the library allows any number of
/// threads to speak with one voice at once, as it changes nothing in it.
final class SherpaVoice: @unchecked Sendable {
    /// What is to be said.
    enum Content: Equatable, Sendable {
        case text(String)
        case phonemes(Phonemes)

        var isEmpty: Bool {
            switch self {
            case .text(let text): !text.contains { $0.isLetter || $0.isNumber }
            case .phonemes(let phonemes): phonemes.sentences.isEmpty
            }
        }
    }

    /// Samples per second.
    let rate: Int
    private let handle: OpaquePointer

    /// Loads the library and the model; takes up to seconds, and blocks.
    ///
    /// - Parameter library: The file of the shared library.
    init(_ model: NeuralVoiceModel, library path: String) throws(NeuralVoiceError) {
        var opened: OpaquePointer?
        try Self.check(sherpa_library_open(path, &opened), model: model, library: path)
        guard let library = opened else { throw .outOfMemory }

        // What is stored for the library is not needed by voices, and its code stays.
        defer { sherpa_library_close(library) }

        var created: OpaquePointer?
        let status = model.withCModel { sherpa_voice_create(library, &$0, &created) }
        try Self.check(status, model: model, library: path)
        guard let handle = created else { throw .outOfMemory }
        guard sherpa_voice_rate(handle) > 0 else {
            sherpa_voice_destroy(handle)
            throw .unusableModel(folder: model.folder)
        }

        self.handle = handle
        rate = Int(sherpa_voice_rate(handle))
    }

    deinit { sherpa_voice_destroy(handle) }

    /// Speaks, and blocks until all is said or `take` says that no more is wanted.
    ///
    /// - Parameters:
    ///   - take: Gets the audio sentence by sentence: samples from -1 to 1.
    /// - Returns: Whether the library could speak.
    func speak(
        _ content: Content,
        speaker: Int,
        speed: Double,
        take: (UnsafeBufferPointer<Float>) -> Bool
    ) -> Bool {
        var speech = sherpa_speech()
        speech.speaker = Int32(speaker)
        speech.speed = Float(speed)
        switch content {
        case .text(let text):
            return text.withCString { text in
                speech.text = text
                return speak(&speech, take)
            }
        case .phonemes(let phonemes):
            let points = phonemes.sentences.flatMap(\.self)
            let lengths = phonemes.sentences.map { Int32($0.count) }
            return points.withUnsafeBufferPointer { points in
                lengths.withUnsafeBufferPointer { lengths in
                    speech.phonemes = points.baseAddress
                    speech.lengths = lengths.baseAddress
                    speech.sentences = lengths.count
                    return speak(&speech, take)
                }
            }
        }
    }

    private func speak(_ speech: inout sherpa_speech, _ take: (UnsafeBufferPointer<Float>) -> Bool) -> Bool {
        withoutActuallyEscaping(take) { take in
            let reception = Reception(take)
            let status = sherpa_voice_speak(
                handle,
                &speech,
                { context, samples, count in
                    guard let context, let samples else { return false }
                    let reception = Unmanaged<Reception>.fromOpaque(context).takeUnretainedValue()
                    return reception.take(UnsafeBufferPointer(start: samples, count: count))
                },
                Unmanaged.passUnretained(reception).toOpaque()
            )
            return status == SHERPA_OK
        }
    }

    /// What the callback has in hand.
    private final class Reception {
        let take: (UnsafeBufferPointer<Float>) -> Bool

        init(_ take: @escaping (UnsafeBufferPointer<Float>) -> Bool) { self.take = take }
    }

    private static func check(
        _ status: sherpa_status,
        model: NeuralVoiceModel,
        library path: String
    ) throws(NeuralVoiceError) {
        switch status {
        case SHERPA_OK: break
        case SHERPA_NOT_BUILT_IN: throw .notBuiltIn
        case SHERPA_NO_MEMORY: throw .outOfMemory
        case SHERPA_BAD_LIBRARY: throw .noLibrary(path: path, reason: String(cString: sherpa_last_error()))
        default: throw .unusableModel(folder: model.folder)
        }
    }
}

extension NeuralVoiceModel {
    /// Lets `body` see the model as C does; the pointers are valid until it returns.
    fileprivate func withCModel<Result>(_ body: (inout sherpa_voice_model) -> Result) -> Result {
        let texts = [
            path(files.model), path(files.tokens), files.vocoder.map(path), files.voices.map(path), lexiconPaths,
        ]
        let copies = texts.map { text in text.flatMap { strdup($0) } }
        defer { for copy in copies { free(copy) } }

        var model = sherpa_voice_model()
        model.kind = kind.cKind
        model.model = copies[0].map { UnsafePointer($0) }
        model.tokens = copies[1].map { UnsafePointer($0) }
        model.vocoder = copies[2].map { UnsafePointer($0) }
        model.voices = copies[3].map { UnsafePointer($0) }
        model.lexicon = copies[4].map { UnsafePointer($0) }
        return body(&model)
    }
}

extension NeuralVoiceModel.Kind {
    fileprivate var cKind: sherpa_voice_kind {
        switch self {
        case .vits: SHERPA_VITS
        case .matcha: SHERPA_MATCHA
        case .kokoro: SHERPA_KOKORO
        case .kitten: SHERPA_KITTEN
        }
    }
}
