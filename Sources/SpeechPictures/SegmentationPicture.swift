import Audio
import SpeechDetection

/// A recording's waveform, level, scores and cuts as a picture.
///
/// Time runs in strips of up to 30 s from left to right, or longer ones where there would be more than twenty strips.
/// In each strip three panels lie above each other; utterances are shaded, and a line in the colour of its reason ends
/// each of them.
public struct SegmentationPicture {
    static let width = 1_600
    static let left = 96
    static let right = 24
    static let title = 40
    /// The rows of one strip, with its axis and the gap to the next.
    static let stripHeight = 460
    /// Columns of a panel.
    static let panel = width - left - right
    private static let shortestStrip = 4 * SampleClock.rate
    private static let longestStrip = 30 * SampleClock.rate
    private static let maximumStrips = 20

    private let recording: SegmentedRecording
    /// Samples that a strip shows.
    let stripLength: Int
    let strips: Int

    public init(_ recording: SegmentedRecording) {
        self.recording = recording
        let length = recording.samples.count
        let share = (length + Self.maximumStrips - 1) / Self.maximumStrips
        let seconds = (max(Self.shortestStrip, min(length, Self.longestStrip), share) + SampleClock.rate - 1)
        stripLength = seconds / SampleClock.rate * SampleClock.rate
        strips = max(1, (length + stripLength - 1) / stripLength)
    }

    /// The picture, drawn anew.
    public var canvas: Canvas {
        var canvas = Canvas(width: Self.width, height: Self.title + strips * Self.stripHeight)
        let name = recording.name.split(separator: "/").last.map(String.init) ?? recording.name
        canvas.write(name.prefix(60) + "", x: Self.left, y: 14, .text)
        let facts =
            "\(SegmentationText.seconds(recording.samples.count, decimals: 1)) s, \(recording.detector), "
            + "\(recording.segmentation.segments.count) utterances"
        canvas.write(facts, x: Self.width - Self.right - Canvas.width(of: facts), y: 14, .faintText)
        for index in 0..<strips {
            let range = index * stripLength..<(index + 1) * stripLength
            PictureStrip(recording: recording, range: range, top: Self.title + index * Self.stripHeight).draw(
                on: &canvas
            )
        }
        return canvas
    }
}
