/// A language that an engine may be asked to hear.
public struct SpokenLanguage: Equatable, Sendable {
    /// As in ISO 639-1; the few of Whisper's languages that have no such code keep their three letters (`haw`, `yue`).
    public let code: String
    /// The English name in lower case, as Whisper has it.
    public let name: String

    /// The language that `text` means, in any case of letters; `nil` when it means none.
    ///
    /// It may be a code of two letters (ISO 639-1) or three (ISO 639-2, and of ISO 639-3 what is common), a tag that
    /// begins with one of these (`en-US`, `zh_Hant`; RFC 5646), or an English name.
    public init?(naming text: some StringProtocol) {
        let text = text.lowercased()
        if let language = Self.byName[text] {
            self = language
            return
        }
        let parts = text.split(separator: /[-_]/, omittingEmptySubsequences: false)
        guard let primary = parts.first, primary.utf8.count <= 3, parts.dropFirst().allSatisfy(Self.isSubtag),
            let language = Self.byName[String(primary)]
        else { return nil }
        self = language
    }

    /// Every language there is a name for, in Whisper's order first.
    public static let all: [SpokenLanguage] = entries.map(\.language)

    private init(code: String, name: String) {
        self.code = code
        self.name = name
    }

    /// The languages with all that each may be called.
    private static let entries: [(language: SpokenLanguage, names: [String])] =
        table.split(separator: "\n").flatMap { $0.split(separator: ", ") }.map { entry in
            let parts = entry.split(separator: "=")
            let codes = parts[0].split(separator: "/").map(String.init)
            let name = String(parts[1])
            return (SpokenLanguage(code: codes[0], name: name), codes + [name])
        }

    private static let byName: [String: SpokenLanguage] = {
        var languages: [String: SpokenLanguage] = [:]
        for (language, names) in entries {
            for name in names { languages[name] = language }
        }
        for (alias, code) in aliases { languages[alias] = languages[code] }
        return languages
    }()

    /// RFC 5646 section 2.1: one to eight letters and digits.
    private static func isSubtag(_ text: Substring) -> Bool {
        (1...8).contains(text.utf8.count) && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
}
