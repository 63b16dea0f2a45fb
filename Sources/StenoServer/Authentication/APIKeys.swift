import Foundation
import Settings

/// The keys that open the server, by name; without any it is open to everyone.
///
/// Only hashes are kept.
struct APIKeys: Sendable {
    private struct Entry {
        var name: String
        var hash: SecretHash
        /// Those that are not the same as everybody's.
        var limits: [KeyLimits.Name: Int] = [:]
    }

    /// A key that is too short is found by trying.
    static let minimumLength = 8
    /// A name is a label of metrics.
    static let maximumNameLength = 64

    private var entries: [Entry] = []

    /// No key: the server is open.
    init() {}

    var isEmpty: Bool { entries.isEmpty }

    /// The names, in the order of the setting.
    var names: [String] { entries.map(\.name) }

    /// The limits of a key by its name, given those of keys that have none of their own.
    func limits(of name: String?, default limits: KeyLimits) -> KeyLimits {
        limits.replacing(with: entries.first { $0.name == name }?.limits ?? [:])
    }

    /// The name of a key, or `nil` when it opens nothing.
    ///
    /// Every entry is compared, so that the time does not tell which one it was.
    func name(of key: String, compare: (SecretHash, SecretHash) -> Bool = (==)) -> String? {
        let hash = SecretHash(key)
        var name: String?
        for entry in entries where compare(entry.hash, hash) { name = entry.name }
        return name
    }
}

extension APIKeys {
    /// How one list of keys differs from an earlier one, by name.
    struct Change: Equatable {
        var added: [String]
        var changed: [String]
        var removed: [String]

        init(from old: APIKeys, to new: APIKeys) {
            let before = Dictionary(uniqueKeysWithValues: old.entries.map { ($0.name, $0.hash) })
            added = new.names.filter { before[$0] == nil }
            changed = new.entries.filter { before[$0.name] != nil && before[$0.name] != $0.hash }.map(\.name)
            removed = old.names.filter { !new.names.contains($0) }
        }
    }
    /// Reads a list of `key` or `name:key`, separated by commas.
    ///
    /// Blanks around an entry do not count. A key without a name is called after its place: `key-1`. Keys are printable
    /// ASCII without blanks, as they travel in headers. Behind a key may stand limits of its own, such as
    /// `max_sessions=5`, after blanks.
    init(parsing text: String) throws(APIKeysError) {
        for (index, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let entry = try Self.entry(entry.trimmingBlanks[...], position: index + 1)
            if entries.contains(where: { $0.name == entry.name }) { throw .duplicateName(position: index + 1) }
            if entries.contains(where: { $0.hash == entry.hash }) { throw .duplicateKey(position: index + 1) }
            entries.append(entry)
        }
    }

    /// Reads a file of such entries, one a line or separated by commas; lines that begin with `#` do not count.
    ///
    /// - Throws: `APIKeysError`, or that of reading the file.
    init(file path: String) throws {
        let lines = try String(contentsOf: URL(filePath: path), encoding: .utf8).split(whereSeparator: \.isNewline)
            .map(\.trimmingBlanks)
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        if lines.isEmpty { throw APIKeysError.noKeys }
        try self.init(parsing: lines.joined(separator: ","))
    }

    private static func entry(_ text: Substring, position: Int) throws(APIKeysError) -> Entry {
        var (text, limits) = (text, [KeyLimits.Name: Int]())
        while let limit = text.lastIndex(where: { $0 == " " || $0 == "\t" }), text[limit...].contains("=") {
            let (name, value) = try Self.limit(text[limit...].dropFirst(), position: position)
            guard limits.updateValue(value, forKey: name) == nil else { throw .badLimit(position: position) }
            text = text[..<limit].trimmingBlanks[...]
        }

        let colon = text.firstIndex(of: ":")
        let name = colon.map { String(text[..<$0]) } ?? "key-\(position)"
        let key = colon.map { text[text.index(after: $0)...] } ?? text
        guard (1...maximumNameLength).contains(name.utf8.count), name.utf8.allSatisfy(isNameLetter) else {
            throw .badName(position: position)
        }
        guard !key.isEmpty else { throw .emptyKey(position: position) }
        guard key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .badKey(position: position) }
        guard key.utf8.count >= minimumLength else { throw .shortKey(position: position) }
        return Entry(name: name, hash: SecretHash(key), limits: limits)
    }

    private static func limit(_ text: Substring, position: Int) throws(APIKeysError) -> (KeyLimits.Name, Int) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let name = KeyLimits.Name(rawValue: String(parts[0])), let value = Int(parts[1]),
            KeyLimits.range.contains(value)
        else { throw .badLimit(position: position) }
        return (name, value)
    }

    private static func isNameLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

/// Why a list of keys cannot be used.
///
/// Positions count from 1. Neither keys nor names are told: what was meant as a key may stand where a name belongs.
enum APIKeysError: Error, Equatable, CustomStringConvertible {
    case noKeys
    case emptyKey(position: Int)
    case badName(position: Int)
    case badKey(position: Int)
    case shortKey(position: Int)
    case duplicateName(position: Int)
    case duplicateKey(position: Int)
    case badLimit(position: Int)

    /// A sentence without its subject.
    var description: String {
        switch self {
        case .noKeys: "names a file without keys; write KEY or NAME:KEY, one a line."
        case .emptyKey(let position): "has no key in entry \(position); write KEY or NAME:KEY, separated by commas."
        case .badName(let position):
            "has a bad name in entry \(position); names are 1 to \(APIKeys.maximumNameLength) letters, digits, '-', "
                + "'_' and '.', and keys have no ':' unless a name comes first."
        case .badKey(let position):
            "has a blank or a character beyond ASCII in the key of entry \(position); use letters, digits and signs."
        case .shortKey(let position):
            "has a key of fewer than \(APIKeys.minimumLength) characters in entry \(position); use a longer one."
        case .duplicateName(let position): "has a name in entry \(position) that an earlier one has."
        case .badLimit(let position):
            "has a bad limit in entry \(position); behind a key may stand "
                + KeyLimits.Name.allCases.map { "\($0.rawValue)=NUMBER" }.joined(separator: ", ") + ", each once."
        case .duplicateKey(let position): "has a key in entry \(position) that an earlier one has."
        }
    }
}
