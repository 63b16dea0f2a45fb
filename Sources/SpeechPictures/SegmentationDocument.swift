import Audio
public import JSON
import SpeechDetection

/// A recording's cuts as JSON, with all that is known of them.
public struct SegmentationDocument {
    private let recording: SegmentedRecording
    private let hasScores: Bool

    /// - Parameter hasScores: Whether every frame's score and level are in it.
    public init(_ recording: SegmentedRecording, hasScores: Bool) {
        self.recording = recording
        self.hasScores = hasScores
    }

    /// One object.
    public var json: JSONValue {
        let segmentation = recording.segmentation
        var members: [String: JSONValue] = [
            "file": .string(recording.name),
            "detector": .string(recording.detector),
            "sample_rate": .integer(SampleClock.rate),
            "duration_ms": .integer(SampleClock.milliseconds(at: SamplePosition(segmentation.length))),
            "samples": .integer(segmentation.length),
            "frame_samples": .integer(segmentation.frameLength),
            "threshold": Self.rounded(recording.turnDetection.threshold),
            "exit_threshold": Self.rounded(recording.turnDetection.exitThreshold),
            "cpu_ms": Self.rounded(Float(recording.cost / .microseconds(1)) / 1_000),
            "segments": .array(segmentation.segments.map(segment)),
        ]
        if hasScores {
            members["probabilities"] = .array(segmentation.frames.map { Self.rounded($0.score) })
            members["levels_db"] = .array(segmentation.frames.map { Self.rounded($0.level) })
        }
        return .object(members)
    }

    private func segment(_ segment: Segmenter.Segment) -> JSONValue {
        let scores = recording.segmentation.scores(in: segment)
        return .object([
            "start_ms": .integer(SampleClock.milliseconds(at: segment.range.lowerBound)),
            "end_ms": .integer(SampleClock.milliseconds(at: segment.range.upperBound)),
            "start_sample": .integer(segment.range.lowerBound),
            "end_sample": .integer(segment.range.upperBound),
            "heard_start_sample": .integer(segment.heard.lowerBound),
            "heard_end_sample": .integer(segment.heard.upperBound),
            "reason": .string(segment.reason.name),
            "mean_probability": Self.rounded(scores.reduce(0, +) / Float(max(scores.count, 1))),
            "peak_probability": Self.rounded(scores.max() ?? 0),
        ])
    }

    /// Three decimals: more would be noise, and a third of the size.
    private static func rounded(_ value: Float) -> JSONValue { .number((Double(value) * 1_000).rounded() / 1_000) }
}
