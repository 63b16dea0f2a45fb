import Foundation

/// The files of a model of sherpa-onnx that speaks, found by what its folder holds.
///
/// sherpa-onnx ends the process on a file that lacks what it reads, so all of that is checked here before it sees them.
public struct NeuralVoiceModel: Equatable, Sendable {
    /// Families of models that differ in their files.
    public enum Kind: String, CaseIterable, Sendable {
        /// Also Piper's.
        case vits
        case matcha
        case kokoro
        case kitten
    }

    public let folder: String
    public let kind: Kind
    /// Who can speak, in the order of the model's numbers; in lower case.
    public let speakers: [String]
    /// The language of espeak-ng whose phonemes the model takes; `nil` for one that takes text.
    let phonemeLanguage: String?
    let tokens: VoiceTokens
    /// Names within the folder.
    let files: Files

    /// Names of files in the folder.
    struct Files: Equatable, Sendable {
        var model: String
        var tokens: String
        /// Matcha's.
        var vocoder: String?
        /// Kokoro's and Kitten's.
        var voices: String?
        /// Pronunciations.
        var lexicons: [String] = []
    }

    /// The folder's name, which is the model's.
    public var name: String { URL(filePath: folder).lastPathComponent }

    /// Looks for a model; loads nothing.
    ///
    /// - Throws: `NeuralVoiceError.noModel` that says what is missing.
    public init(folder: String) throws(NeuralVoiceError) {
        let files = FileManager.default
        guard let names = try? files.contentsOfDirectory(atPath: folder) else {
            throw .noModel(folder: folder, reason: "the folder cannot be read")
        }
        self.folder = folder
        let listing = VoiceListing(names: names)
        guard let model = listing.model else {
            throw .noModel(folder: folder, reason: "its files are those of no voice that is known")
        }
        guard let tokens = listing.tokens else {
            throw .noModel(folder: folder, reason: "no file with tokens, such as tokens.txt")
        }
        guard let metadata = ONNXMetadata(path: folder + "/" + model) else {
            throw .noModel(folder: folder, reason: "\(model) is damaged")
        }

        let check = VoiceCheck(folder: folder, model: model, metadata: metadata)
        kind = try check.kind(listing)
        self.files = Files(
            model: model,
            tokens: tokens,
            vocoder: kind == .matcha ? listing.vocoder : nil,
            voices: kind == .kokoro || kind == .kitten ? listing.voices : nil,
            lexicons: listing.lexicons
        )
        try check.metadata(of: kind)
        if let voices = self.files.voices { try check.styles(voices, of: kind) }
        phonemeLanguage = listing.lexicons.isEmpty ? try check.phonemeLanguage() : nil
        self.tokens = try check.tokens(tokens, arePhonemes: phonemeLanguage != nil)
        speakers = VoiceSpeakers(metadata: metadata, config: check.config, folder: folder).names
    }

    func path(_ name: String) -> String { folder + "/" + name }

    /// The paths of the pronunciations with commas between them, as sherpa-onnx takes them.
    var lexiconPaths: String? {
        files.lexicons.isEmpty ? nil : files.lexicons.map(path).joined(separator: ",")
    }
}
