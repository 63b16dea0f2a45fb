/// How utterances are written to standard output.
public enum TranscriptFormat: String, CaseIterable, Sendable {
    /// Times and text, a line each.
    case lines
    /// Only the text, a line each.
    case text
    /// A JSON object on each line.
    case json
    /// SubRip subtitles.
    case srt
}

/// Writes the utterances of one file in one format.
struct TranscriptFormatter {
    let format: TranscriptFormat
    /// The file's name as it was given.
    let file: String
    private var cues = 0

    init(format: TranscriptFormat, file: String) {
        self.format = format
        self.file = file
    }

    /// What to print, without the last line feed; nil if the format leaves the utterance out.
    mutating func string(for utterance: TranscribedUtterance) -> String? {
        let (start, end) = (utterance.startMilliseconds, utterance.endMilliseconds)
        let text = printable(utterance.transcript).trimmingBlanks
        switch format {
        case .lines:
            let times = "[\(Self.timestamp(start, ".")) → \(Self.timestamp(end, "."))]"
            return text.isEmpty ? times : "\(times)  \(text)"
        case .text: return text.isEmpty ? nil : text
        case .json:
            return #"{"file":\#(quoted(file)),"item_id":\#(quoted(utterance.itemID)),"start_ms":\#(start),"#
                + #""end_ms":\#(end),"transcript":\#(quoted(utterance.transcript))}"#
        case .srt:
            guard !text.isEmpty else { return nil }
            cues += 1
            return "\(cues)\n\(Self.timestamp(start, ",")) --> \(Self.timestamp(end, ","))\n\(text)\n"
        }
    }

    /// `hh:mm:ss` and milliseconds; hours take more digits when they need them.
    static func timestamp(_ milliseconds: Int64, _ separator: String) -> String {
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let (seconds, rest) = max(0, milliseconds).quotientAndRemainder(dividingBy: 1_000)
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return clock + separator + padded(rest, 3)
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return String(self[first...last])
    }
}
