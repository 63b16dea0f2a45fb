import Foundation
import JSON
import Logging

/// Writes each event of the log as a JSON object on a line of its own.
///
/// Its members are `time` (RFC 3339, UTC, with milliseconds), `level`, `label`, `source`, `message`, and what belongs to
/// the event, each under its own name; what has the name of one of these gets `metadata.` before it.
struct JSONLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let stream: any TextOutputStream & Sendable
    private let now: @Sendable () -> Date

    init(
        label: String,
        stream: any TextOutputStream & Sendable,
        now: @escaping @Sendable () -> Date = { Date.now }
    ) {
        self.label = label
        self.stream = stream
        self.now = now
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var members: [String: JSONValue] = [
            "time": .string(Self.timestamp(now())), "level": .string(event.level.rawValue), "label": .string(label),
            "source": .string(event.source), "message": .string(event.message.description),
        ]
        let fixed = Set(members.keys)
        for (key, value) in all(of: event) {
            members[fixed.contains(key) ? "metadata.\(key)" : key] = Self.json(value)
        }
        var stream = stream
        stream.write(String(decoding: JSONValue.object(members).text, as: UTF8.self) + "\n")
    }

    /// What belongs to the event; the nearer goes before the farther.
    private func all(of event: LogEvent) -> Logger.Metadata {
        var all = metadata
        all.merge(metadataProvider?.get() ?? [:]) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error {
            all["error.message"] = "\(error)"
            all["error.type"] = "\(String(reflecting: type(of: error)))"
        }
        return all
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string(value.description)
        case .array(let values): .array(values.map(json))
        case .dictionary(let members): .object(members.mapValues(json))
        }
    }

    /// Such as `2026-02-28T23:59:59.007Z`.
    static func timestamp(_ date: Date) -> String {
        let milliseconds = Int64((date.timeIntervalSince1970 * 1_000).rounded(.down))
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: some BinaryInteger, _ count: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }

        let day = "\(digits(parts.tm_year + 1_900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
        let time = "\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2))"
        return "\(day)T\(time).\(digits(milliseconds % 1_000, 3))Z"
    }
}
