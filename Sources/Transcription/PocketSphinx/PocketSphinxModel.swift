import FoundationEssentials

/// The files of an English model for PocketSphinx.
///
/// The folder must be trusted: PocketSphinx ends the process, or reads beyond its buffers, on some damaged files.
public struct PocketSphinxModel: Equatable, Sendable {
    /// Where Debian's package `pocketsphinx-en-us` puts the model.
    public static let defaultFolder = "/usr/share/pocketsphinx/model/en-us"

    public let folder: String
    /// The folder `en-us` inside.
    public let acousticModel: String
    /// A trigram model in PocketSphinx's binary form.
    public let languageModel: String
    /// Words and their phones, one a line.
    public let dictionary: String

    /// Checks that every file is there and readable; loads nothing.
    ///
    /// - Throws: `PocketSphinxError.unreadableFile` for the first that is not.
    public init(folder: String = defaultFolder) throws(PocketSphinxError) {
        self.folder = folder
        acousticModel = folder + "/en-us"
        languageModel = folder + "/en-us.lm.bin"
        dictionary = folder + "/cmudict-en-us.dict"
        let parts = ["mdef", "feat.params", "means", "variances", "transition_matrices", "sendump"]
        for path in parts.map({ acousticModel + "/" + $0 }) + [languageModel, dictionary] {
            guard Self.isReadableFile(path) else { throw .unreadableFile(path) }
        }
    }

    private static func isReadableFile(_ path: String) -> Bool {
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return exists && !isFolder && FileManager.default.isReadableFile(atPath: path)
    }
}
