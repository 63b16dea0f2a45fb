import Foundation

/// The settings of a file such as `.env`: `NAME=VALUE` lines, each of which may begin with `export`.
///
/// Empty lines and those that begin with `#` do not count. Of a name that comes twice the last value counts. Quotes around
/// a whole value are no part of it.
public struct EnvironmentFile: Sendable {
    /// Values by name.
    public private(set) var values: [String: String] = [:]
    /// Lines, counted from 1, that are none of these.
    public private(set) var brokenLines: [Int] = []

    /// Reads a file; one that is not there has no settings.
    public init(path: String) throws {
        do {
            self.init(parsing: try String(contentsOf: URL(filePath: path), encoding: .utf8))
        } catch CocoaError.fileReadNoSuchFile {
            self.init(parsing: "")
        }
    }

    init(parsing text: String) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if let match = line.wholeMatch(of: /(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)/) {
                values[String(match.1)] = Self.unquoted(match.2)
            } else {
                brokenLines.append(index + 1)
            }
        }
    }

    private static func unquoted(_ value: Substring) -> String {
        guard value.count >= 2, let first = value.first, "\"'".contains(first), value.last == first else {
            return String(value)
        }
        return String(value.dropFirst().dropLast())
    }
}
