import SpeechDetection
import TestSupport
import Testing

@testable import SpeechPictures

@Suite("Segmentation picture")
struct SegmentationPictureTests {
    @Test("Utterances stand where their segments are, and bars leave their padding out")
    func utterances() throws {
        var recording = SegmentationTextTests.recording
        recording.segmentation.segments = [
            Segmenter.Segment(16_000..<32_000, .silence), Segmenter.Segment(40_000..<52_000, .silence),
        ]
        let svg = SegmentationPicture(recording).svg
        // One strip of four seconds.
        let second = SegmentationPicture.panel / 4
        let boxes = try Self.boxes(in: svg, class: "utterance")
        #expect(boxes.map(\.x) == [1, 2.5].map { SegmentationPicture.left + $0 * second })
        #expect(boxes.map(\.width) == [1, 0.75].map { $0 * second })
        #expect(svg.contains("<title>1: 1.000 to 2.000 s, silence</title>"))

        // 250 ms before the speech, 220 ms after it; the bar is a pixel shorter.
        let (start, end) = (92 + 1.25 * second, 92 + 1.78 * second - 1)
        #expect(svg.contains("M\(SVGWriter.number(start)) 84H\(SVGWriter.number(end))V101"))
        #expect(svg.contains(">1 silence</text>"))
    }

    @Test("A cut has the colour of its reason, no padding, and shows what is heard in both utterances")
    func cuts() throws {
        let svg = SegmentationPicture(SegmentationTextTests.recording).svg
        #expect(svg.contains("<path class=\"maximum\" d=\"M404.5 84H528.5V101"))
        #expect(svg.contains("<path class=\"silence\" d=\"M529.5 84H841V101"))
        let context = try #require(svg.split(separator: "\n").first { $0.hasPrefix("<path class=\"context\"") })
        #expect(context.contains("M529.5 105H591.9V389H529.5Z"))
        #expect(context.contains("M471.9 105H529.5V389H471.9Z"))
        #expect(svg.contains("</tspan> cut in speech (maximum)"))
        #expect(!svg.contains("</tspan> cut in a pause"))
    }

    @Test("An utterance that two strips show is drawn in both")
    func twoStrips() throws {
        var recording = SegmentationTextTests.recording
        recording.samples = Array(repeating: 0, count: 60 * 16_000)
        recording.segmentation.segments = [Segmenter.Segment(464_000..<512_000, .silence)]
        let boxes = try Self.boxes(in: SegmentationPicture(recording).svg, class: "utterance")
        #expect(boxes.map(\.x) == [1_058.7, 92])
        #expect(boxes.map(\.width) == [33.3, 66.7])
    }

    @Test(
        "Long recordings have strips of at least 30 s, ten at most",
        arguments: [(1, 4, 1), (20, 20, 1), (31, 30, 2), (300, 30, 10), (3_600, 360, 10)]
    )
    func strips(seconds: Int, length: Int, count: Int) {
        var recording = SegmentationTextTests.recording
        recording.samples = Array(repeating: 0, count: seconds * 16_000)
        let picture = SegmentationPicture(recording)
        #expect(picture.stripLength == length * 16_000)
        #expect(picture.strips == count)
    }

    @Test("Has nothing that is not a number for silence, for no audio, and for a detector that fails")
    func noNumber() {
        var silent = SegmentationTextTests.recording
        silent.samples = Array(repeating: 0, count: 64_000)
        silent.segmentation.frames = Array(repeating: ScoredFrame(score: 0, level: 0), count: 125)
        var failed = SegmentationTextTests.recording
        failed.segmentation.frames = Array(repeating: ScoredFrame(score: .nan, level: -.infinity), count: 125)
        var loud = SegmentationTextTests.recording
        loud.samples = Array(repeating: .min, count: 64_000)

        for recording in [silent, failed, loud, SegmentationTextTests.empty] {
            let svg = SegmentationPicture(recording).svg.lowercased()
            #expect(!svg.contains("nan") && !svg.contains("inf") && !svg.contains("--"))
        }
        // A flat line says that there is audio, and that nothing is in it.
        #expect(SegmentationPicture(silent).svg.contains("<path class=\"wave\" d=\"M92 164.5H1092V165.5H92Z\"/>"))
        #expect(!SegmentationPicture(SegmentationTextTests.empty).svg.contains("<path class=\"wave\""))
    }

    @Test("Curves of a long recording have a few thousand points")
    func size() {
        var random = SeededGenerator(seed: 1)
        var recording = SegmentationTextTests.recording
        // From five minutes on, every strip of the ten is as full as can be.
        recording.samples = (0..<300 * 16_000).map { Int16(truncatingIfNeeded: $0 &* 7_919 % 60_013) }
        recording.segmentation.frames = (0..<9_375).map { _ in
            ScoredFrame(score: Float(random.next() % 100) / 100, level: Float(random.next() % 90))
        }
        let svg = SegmentationPicture(recording).svg
        #expect(svg.utf8.count < 200_000)
        let waves = svg.split(separator: "\n").filter { $0.hasPrefix("<path class=\"wave\"") }
        #expect(waves.count == 10)
        // An upper and a lower edge for each column.
        #expect(waves.joined().count { $0 == "V" } <= 2 * SegmentationPicture.maximumColumns)
    }

    @Test("Writes names so that they stay text")
    func names() {
        var recording = SegmentationTextTests.recording
        recording.name = "folder/<b>\"R&D\"</b> it's\u{1}\n\u{FFFF}.wav"
        #expect(SVGWriter.escaped(recording.name).hasSuffix("it&#39;s\u{FFFD} \u{FFFD}.wav"))
        // The part after the last slash is the name.
        recording.name = "folder/<b>\"R&D\".wav"
        let svg = SegmentationPicture(recording).svg
        #expect(svg.contains(" class=\"name\">&lt;b&gt;&quot;R&amp;D&quot;.wav</text>"))
        #expect(svg.contains("<title>&lt;b&gt;&quot;R&amp;D&quot;.wav: 4.0 s"))
    }

    @Test(
        "Coordinates have one decimal at most",
        arguments: [(0, "0"), (12.34, "12.3"), (-0.26, "-0.3"), (99.96, "100"), (.nan, "0"), (.infinity, "0")]
    )
    func numbers(value: Double, text: String) {
        #expect(SVGWriter.number(value) == text)
    }

    @Test("The thresholds' labels never touch", arguments: [(0, 0), (0.02, 0.01), (0.5, 0), (0.5, 0.15), (1, 0.5)])
    func thresholds(threshold: Float, hysteresis: Float) throws {
        var recording = SegmentationTextTests.recording
        recording.turnDetection.threshold = threshold
        recording.turnDetection.hysteresis = hysteresis
        let lines = SegmentationPicture(recording).svg.split(separator: "\n").filter {
            $0.contains(">threshold ") || $0.contains(">exit ")
        }
        let heights = try lines.map { try #require(Self.attribute("y", of: $0)) }
        #expect(heights.count == 2)
        #expect(heights[1] - heights[0] >= 12)
    }

    /// The rectangles of a class, in order.
    private static func boxes(in svg: String, class name: String) throws -> [(x: Double, width: Double)] {
        try svg.split(separator: "\n").filter { $0.hasPrefix("<rect class=\"\(name)\"") }.map {
            (x: try #require(attribute("x", of: $0)), width: try #require(attribute("width", of: $0)))
        }
    }

    private static func attribute(_ name: String, of element: Substring) -> Double? {
        guard let start = element.firstRange(of: " \(name)=\"")?.upperBound else { return nil }
        return Double(element[start...].prefix { $0 != "\"" })
    }
}
