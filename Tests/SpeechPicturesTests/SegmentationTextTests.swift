import JSON
import SpeechDetection
import Testing

@testable import SpeechPictures

@Suite("Segmentation as text")
struct SegmentationTextTests {
    /// Four seconds: an utterance in each half, the first cut at the maximum.
    static let recording: SegmentedRecording = {
        let frames = (0..<125).map { ScoredFrame(score: (31..<94).contains($0) ? 0.75 : 0.125, level: 40) }
        let segments = [
            Segmenter.Segment(16_000..<28_000, .maximum, rightContext: 3_992),
            Segmenter.Segment(28_000..<48_000, .endOfStream, leftContext: 3_688),
        ]
        return SegmentedRecording(
            name: "folder/a file.wav",
            samples: Array(repeating: 1_000, count: 64_000),
            segmentation: Segmentation(length: 64_000, frameLength: 512, frames: frames, segments: segments),
            detector: "silero",
            turnDetection: .silero,
            cost: .microseconds(12_345)
        )
    }()

    static var empty: SegmentedRecording {
        var recording = recording
        recording.samples = []
        recording.segmentation = Segmentation(length: 0, frameLength: 512, frames: [], segments: [])
        return recording
    }

    @Test("Labels are seconds and the reason")
    func labels() {
        #expect(SegmentationText(Self.recording).labels == "1.000\t1.750\tmaximum\n1.750\t3.000\tend")
        #expect(SegmentationText(Self.empty).labels.isEmpty)
    }

    @Test("The table has a line per utterance")
    func table() {
        let lines = SegmentationText(Self.recording).table.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0] == "folder/a file.wav: 4.0 s, detector silero, 2 utterances, 2.0 s")
        #expect(lines[1].split(separator: " ") == ["#", "start", "end", "length", "mean", "peak", "reason"])
        #expect(lines[3].split(separator: " ") == ["2", "1.750", "3.000", "1.250", "75", "%", "75", "%", "end"])
    }

    @Test("A recording without speech is one line")
    func nothing() {
        #expect(SegmentationText(Self.empty).table == "folder/a file.wav: 0.0 s, detector silero, 0 utterances, 0.0 s")
    }

    @Test("JSON has the samples, the reasons and the scores", arguments: [true, false])
    func json(hasScores: Bool) throws {
        let json = SegmentationDocument(Self.recording, hasScores: hasScores).json
        #expect(json["duration_ms"] == 4_000)
        #expect(json["frame_samples"] == 512)
        #expect(json["cpu_ms"] == .number(12.345))
        #expect((json["probabilities"]?.elements.count ?? 0) == (hasScores ? 125 : 0))
        #expect((json["levels_db"]?.elements.count ?? 0) == (hasScores ? 125 : 0))
        let last = try #require(json["segments"]?.elements.last)
        #expect(last["start_sample"] == 28_000)
        #expect(last["heard_start_sample"] == 24_312)
        #expect(last["heard_end_sample"] == 48_000)
        #expect(last["end_ms"] == 3_000)
        #expect(last["reason"] == "end")
        #expect(last["peak_probability"] == .number(0.75))
    }

    @Test("The sketch marks begin, course, cut and end")
    func sketch() {
        let lines = SegmentationSketch(Self.recording, width: 47).text.split(separator: "\n").map(String.init)
        #expect(lines.count == 4)
        #expect(lines[1].hasPrefix("speech ▁▁▁▁▁▁▁▁▁"))
        // Cells of 100 ms.
        #expect(lines[2] == "cuts   ··········┠━━━━━━╳━━━━━━━━━━━┨··········")
        #expect(lines[3] == "s      0" + String(repeating: " ", count: 19) + "2")
    }

    @Test("A sketch of a long recording goes on in further rows of 30 s")
    func rows() {
        var recording = Self.recording
        recording.segmentation.length = 16_000 * 61
        #expect(SegmentationSketch(recording, width: 80).text.split(separator: "\n\n").count == 3)
    }
}
