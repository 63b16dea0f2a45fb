import BackendHTTP

/// What someone says about the language of the speech: the one reader for HTTP, sockets and settings.
public enum LanguageChoice: Equatable, Sendable {
    /// The engine is to find out.
    case detected
    case spoken(SpokenLanguage)

    /// Reads what a client or an operator wrote; white space around it says nothing.
    ///
    /// `nil`, an empty text and `auto` mean detection; anything else must be what `SpokenLanguage(naming:)` knows.
    public init(reading text: String?) throws(UnknownLanguage) {
        let name = trimmed(text ?? "")
        if name.isEmpty || name.lowercased() == "auto" {
            self = .detected
        } else if let language = SpokenLanguage(naming: name) {
            self = .spoken(language)
        } else {
            throw UnknownLanguage(text: name)
        }
    }

    /// ISO 639-1 code, or `nil` for detection, as `TranscriptionRequest.language` has it.
    public var code: String? {
        switch self {
        case .detected: nil
        case .spoken(let language): language.code
        }
    }
}

/// A text that names no language.
public struct UnknownLanguage: Error, Equatable, Sendable, CustomStringConvertible {
    public var text: String

    /// What may stand there instead, to follow "must be" or "allowed:".
    public static let allowed = "a language as a code ('en', 'eng'), a tag ('en-US') or an English name, or 'auto'"

    public var description: String { "'\(text.prefix(40))' is no language; allowed: \(Self.allowed)." }
}
