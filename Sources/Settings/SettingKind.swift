import Transcription

/// What the value of a setting may be.
public enum SettingKind: Equatable, Sendable {
    case text
    /// A text that must not be shown.
    case secret
    /// A file or a folder.
    case path
    /// Entries that are separated by commas.
    case list
    /// An address of HTTP.
    case address
    /// A JSON object.
    case jsonObject
    case language
    case boolean
    case choice([String])
    case integer(ClosedRange<Int>, unit: String?)
    case decimal(ClosedRange<Double>)

    /// Its name, and what is allowed where that is not every text.
    public var summary: String {
        switch self {
        case .text: "text"
        case .secret: "secret"
        case .path: "path"
        case .list: "list"
        case .address: "address"
        case .jsonObject: "JSON object"
        case .language: "language"
        case .boolean, .choice, .integer, .decimal: allowed ?? ""
        }
    }

    /// What is allowed, in a few words; `nil` where every text is.
    public var allowed: String? {
        switch self {
        case .text, .secret, .path, .list, .address, .jsonObject, .language: nil
        case .boolean: "on or off"
        case .choice(let names): Self.alternatives(names)
        case .integer(let range, let unit):
            "\(range.lowerBound) to \(range.upperBound)" + (unit.map { " \($0)" } ?? "")
        case .decimal(let range): "\(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// The kind of value, to follow "must be" or "allowed:".
    var expectation: String {
        switch self {
        case .text, .secret: "text"
        case .path: "a path"
        case .list: "entries with commas between them"
        case .address: "an address such as http://127.0.0.1:8080"
        case .jsonObject: #"a JSON object such as {"top_p": 0.9}"#
        case .language: UnknownLanguage.allowed
        case .boolean, .choice: allowed ?? ""
        case .integer: "a whole number from \(allowed ?? "")"
        case .decimal: "a number from \(allowed ?? "")"
        }
    }

    /// What stands for the value in the help.
    var placeholder: String {
        switch self {
        case .text: "TEXT"
        case .secret: "KEY"
        case .path: "PATH"
        case .list: "LIST"
        case .address: "ADDRESS"
        case .jsonObject: "JSON"
        case .language: "LANGUAGE"
        case .boolean: "on|off"
        case .choice(let names): names.joined(separator: "|")
        case .integer, .decimal: "NUMBER"
        }
    }

    private static func alternatives(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.joined() }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}
