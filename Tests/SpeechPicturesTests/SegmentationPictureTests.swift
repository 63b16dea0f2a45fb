import SpeechDetection
import Testing

@testable import SpeechPictures

@Suite("Segmentation picture")
struct SegmentationPictureTests {
    @Test("Shades utterances, ends them in the colour of their reason, and shows what is heard in both")
    func cuts() {
        var recording = SegmentationTextTests.recording
        recording.samples = Array(repeating: 0, count: 64_000)
        let canvas = SegmentationPicture(recording).canvas
        // One strip of four seconds; with a wave that is flat, the upper part of its panel has nothing but shading.
        #expect(canvas.height == SegmentationPicture.title + SegmentationPicture.stripHeight)
        let row = SegmentationPicture.title + 30
        func colour(atSecond second: Double) -> Colour {
            canvas[SegmentationPicture.left + Int(second * Double(SegmentationPicture.panel) / 4), row]
        }
        #expect(colour(atSecond: 0.7) == .panel)
        #expect(colour(atSecond: 1.25) == .utterance)
        #expect(colour(atSecond: 1.6) == .context)
        #expect(colour(atSecond: 1.9) == .context)
        #expect(colour(atSecond: 2.5) == .nextUtterance)
        #expect(colour(atSecond: 3.5) == .panel)
        let ends = (0..<canvas.width).filter { canvas[$0, row] == .maximum }
        #expect(ends.count == 2)
        #expect(ends.first == SegmentationPicture.left + 28_000 * SegmentationPicture.panel / 64_000 - 2)
    }

    @Test(
        "Long recordings have strips of at least 30 s, twenty at most",
        arguments: [(1, 4, 1), (20, 20, 1), (31, 30, 2), (600, 30, 20), (3_600, 180, 20)]
    )
    func strips(seconds: Int, length: Int, count: Int) {
        var recording = SegmentationTextTests.recording
        recording.samples = Array(repeating: 0, count: seconds * 16_000)
        let picture = SegmentationPicture(recording)
        #expect(picture.stripLength == length * 16_000)
        #expect(picture.strips == count)
    }

    @Test("Draws an empty recording too")
    func empty() {
        #expect(SegmentationPicture(SegmentationTextTests.empty).canvas.width == SegmentationPicture.width)
    }

    @Test("Every letter of a path and of the axes has its own dots")
    func font() {
        let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:-_/()%+=")
        #expect(Set(letters.map(BitmapFont.rows)).count == letters.count)
        #expect(letters.allSatisfy { BitmapFont.rows($0) != BitmapFont.rows("€") })
    }
}
