import Audio
import SpeechDetection

/// A recording's cuts as text.
public struct SegmentationText {
    private let recording: SegmentedRecording

    public init(_ recording: SegmentedRecording) { self.recording = recording }

    /// A table to read: a line for the recording, and one for each utterance.
    public var table: String {
        let segmentation = recording.segmentation
        let spoken = segmentation.segments.reduce(0) { $0 + $1.range.count }
        let count = segmentation.segments.count
        let summary =
            "\(recording.name): \(Self.seconds(segmentation.length, decimals: 1)) s, detector \(recording.detector), "
            + "\(count) utterance\(count == 1 ? "" : "s"), \(Self.seconds(spoken, decimals: 1)) s"
        guard count > 0 else { return summary }
        let head = ["#", "start", "end", "length", "mean", "peak"]
        let rows = segmentation.segments.enumerated().map { index, segment in row(index + 1, segment: segment) }
        let lines = ([head] + rows.map(\.cells)).map { $0.map { Self.padded($0, to: 9) }.joined() }
        return ([summary] + zip(lines, ["reason"] + rows.map(\.reason)).map { "\($0)  \($1)" }).joined(separator: "\n")
    }

    /// A line for each utterance: start and end in seconds, and why it ended, with tabs between.
    ///
    /// Audacity imports this as a label track.
    public var labels: String {
        recording.segmentation.segments.map { segment in
            let range = segment.range
            return
                "\(Self.seconds(Int(range.lowerBound)))\t\(Self.seconds(Int(range.upperBound)))\t\(segment.reason.name)"
        }.joined(separator: "\n")
    }

    private func row(_ number: Int, segment: Segmenter.Segment) -> (cells: [String], reason: String) {
        let scores = recording.segmentation.scores(in: segment)
        let mean = scores.reduce(0, +) / Float(max(scores.count, 1))
        let (start, end) = (Int(segment.range.lowerBound), Int(segment.range.upperBound))
        let cells = [
            "\(number)", Self.seconds(start), Self.seconds(end), Self.seconds(end - start), Self.percent(mean),
            Self.percent(scores.max() ?? 0),
        ]
        return (cells, segment.reason.name)
    }

    /// A number of samples in seconds.
    static func seconds(_ samples: Int, decimals: Int = 3) -> String {
        let scale = decimals == 3 ? 1_000 : 10
        let value = (samples * scale + SampleClock.rate / 2) / SampleClock.rate
        let fraction = String(value % scale)
        return "\(value / scale)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    private static func percent(_ value: Float) -> String { "\(Int((value * 100).rounded())) %" }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
