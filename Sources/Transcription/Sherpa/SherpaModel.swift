import Foundation

/// The files of a speech model for sherpa-onnx, found by what its folder holds.
public struct SherpaModel: Equatable, Sendable {
    /// Families of models that differ in their files.
    public enum Kind: String, CaseIterable, Sendable {
        /// Moonshine with one decoder, as its authors ship it now.
        case moonshineMerged
        /// Moonshine with a preprocessor and two decoders.
        case moonshine
        case whisper
        /// NeMo's (Parakeet) or Zipformer's.
        case transducer
        case nemoCTC
        case zipformerCTC
        case senseVoice

        /// Whether a second of speech takes well below 100 ms of one core, as measured (`docs/engines.md`).
        ///
        /// Whisper takes as long for a word as for half a minute.
        var isFast: Bool { self != .whisper }

        /// Whether transcripts come with the times of words.
        public var hasTimes: Bool {
            switch self {
            case .transducer, .nemoCTC, .zipformerCTC, .senseVoice: true
            case .moonshineMerged, .moonshine, .whisper: false
            }
        }
    }

    /// A file's part in a model.
    enum Role: String, CaseIterable, Sendable {
        case preprocessor, encoder, decoder, cachedDecoder, joiner, model, tokens
    }

    public let folder: String
    public let kind: Kind
    /// Names within the folder.
    let files: [Role: String]

    /// The folder's name, which is the model's.
    public var name: String { URL(filePath: folder).lastPathComponent }

    /// ISO 639-1 code of the only language it knows, when its name says so, as `moonshine-tiny-en` does.
    public var onlyLanguage: String? {
        let parts = name.lowercased().split { $0 == "-" || $0 == "." || $0 == "_" }
        return parts.contains("en") && !parts.contains("zh") ? "en" : nil
    }

    /// Looks for a model; loads nothing.
    ///
    /// - Throws: `SherpaError.noModel` that says what is missing.
    public init(folder: String) throws(SherpaError) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw .noModel(folder: folder, reason: "the folder cannot be read")
        }
        try self.init(folder: folder, names: names) { name in
            Self.declaredType(path: folder + "/" + name)
        }
    }

    /// - Parameters:
    ///   - names: What the folder holds.
    ///   - declaredType: The `model_type` that an ONNX file of that name declares, if it does.
    init(folder: String, names: [String], declaredType: (String) -> String?) throws(SherpaError) {
        self.folder = folder
        let listing = ModelListing(names: names)

        guard let tokens = listing.tokens else {
            throw .noModel(folder: folder, reason: "no file with tokens, such as tokens.txt")
        }
        guard let (kind, files) = listing.kind(declaredType: declaredType) else {
            throw .noModel(folder: folder, reason: "its files are those of no model that is known")
        }
        self.kind = kind
        self.files = files.merging([.tokens: tokens]) { $1 }
    }

    /// The path of a file, or `nil` when the kind has none of that role.
    func path(_ role: Role) -> String? { files[role].map { folder + "/" + $0 } }

    /// ONNX keeps a model's metadata as pairs of strings at the end of its file.
    private static func declaredType(path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        guard let size = try? file.seekToEnd(), (try? file.seek(toOffset: size - min(size, 1 << 16))) != nil,
            let tail = try? file.readToEnd()
        else { return nil }
        return ModelListing.declaredType(tail: [UInt8](tail))
    }
}
