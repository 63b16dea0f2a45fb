import Audio
import SpeechDetection

/// A recording's level, scores and cuts drawn with letters, for a terminal.
public struct SegmentationSketch {
    private let recording: SegmentedRecording
    private let columns: Int

    private static let margin = 7
    private static let bars = Array(" ▁▂▃▄▅▆▇█")
    /// Samples that one row of the sketch shows at most: 30 s.
    private static let longestRow = 30 * SampleClock.rate
    /// The quietest level that is drawn; what is 60 dB louder has a full bar.
    private static let quietest: Float = 25

    /// - Parameter width: Columns of the terminal; at least 40 are used.
    public init(_ recording: SegmentedRecording, width: Int) {
        self.recording = recording
        columns = max(40, width) - Self.margin
    }

    /// Four lines for each row, with an empty one between rows.
    public var text: String {
        let length = max(recording.segmentation.length, 1)
        let rows = (length + Self.longestRow - 1) / Self.longestRow
        let step = (length + rows * columns - 1) / (rows * columns)
        return (0..<rows).map { row(from: $0 * columns * step, step: max(step, 1)) }.joined(separator: "\n\n")
    }

    private func row(from start: Int, step: Int) -> String {
        let end = min(recording.segmentation.length, start + columns * step)
        let cells = stride(from: start, to: max(end, start + 1), by: step).map { $0..<min($0 + step, end) }
        return [
            "level  " + String(cells.map { bar((frames($0).map(\.level).max() ?? 0) - Self.quietest, of: 60) }),
            "speech " + String(cells.map { bar(frames($0).map(\.score).max() ?? 0, of: 1) }),
            "cuts   " + String(cells.map(cut)),
            "s      " + axis(start, step: step, count: cells.count),
        ].map { $0.trimmingEnd }.joined(separator: "\n")
    }

    private func frames(_ samples: Range<Int>) -> ArraySlice<ScoredFrame> {
        let (frames, length) = (recording.segmentation.frames, recording.segmentation.frameLength)
        let first = min(samples.lowerBound / length, frames.count)
        return frames[first..<min(max(first + 1, (samples.upperBound + length - 1) / length), frames.count)]
    }

    private func bar(_ value: Float, of maximum: Float) -> Character {
        let share = min(max(value / maximum, 0), 1)
        return Self.bars[Int((share * Float(Self.bars.count - 1)).rounded())]
    }

    /// What happens in a cell: the begin of an utterance, its end by its reason, its course, or nothing.
    private func cut(_ samples: Range<Int>) -> Character {
        let cell = SamplePosition(samples.lowerBound)..<SamplePosition(samples.upperBound)
        let near = recording.segmentation.segments.filter {
            $0.range.overlaps(cell) || $0.range.upperBound == cell.upperBound
        }
        if let ended = near.first(where: {
            cell.lowerBound < $0.range.upperBound && $0.range.upperBound <= cell.upperBound
        }) {
            switch ended.reason {
            case .silence, .endOfStream: return near.contains { cell.contains($0.range.lowerBound) } ? "╂" : "┨"
            case .valley: return "╪"
            case .maximum, .commit: return "╳"
            }
        }

        if near.contains(where: { cell.contains($0.range.lowerBound) }) { return "┠" }
        return near.isEmpty ? "·" : "━"
    }

    /// Seconds, about every twelve columns.
    private func axis(_ start: Int, step: Int, count: Int) -> String {
        let spacing = [1, 2, 5, 10, 20, 30].first { $0 * SampleClock.rate >= 12 * step } ?? 60
        var line = Array(repeating: Character(" "), count: count)
        let interval = spacing * SampleClock.rate
        for position in stride(
            from: (start + interval - 1) / interval * interval,
            to: start + count * step,
            by: interval
        ) {
            let label = "\(position / SampleClock.rate)"
            let column = (position - start) / step
            guard column + label.count <= count else { break }
            line.replaceSubrange(column..<column + label.count, with: label)
        }

        return String(line)
    }
}

extension String {
    fileprivate var trimmingEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
