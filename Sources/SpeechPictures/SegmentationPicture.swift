import Audio
import SpeechDetection

/// A recording's waveform, level, scores and cuts as an SVG document.
///
/// Time runs from left to right in strips of up to 30 s, or of longer ones where there would be more than ten strips. A
/// strip has a bar for each utterance and three panels below each other. The curves do not grow with the recording:
/// a column of a long one shows the extremes of a longer time.
public struct SegmentationPicture {
    static let left = 92.0
    /// The width of a panel.
    static let panel = 1_000.0
    static let width = 1_200
    /// The height of name, facts and legend.
    static let head = 84
    static let maximumStrips = 10
    /// Of all strips together.
    static let maximumColumns = 3_000
    private static let shortestStrip = 4 * SampleClock.rate
    private static let longestStrip = 30 * SampleClock.rate

    private let recording: SegmentedRecording
    /// Samples that a strip shows.
    let stripLength: Int
    let strips: Int

    public init(_ recording: SegmentedRecording) {
        self.recording = recording
        let length = recording.samples.count
        let share = (length + Self.maximumStrips - 1) / Self.maximumStrips
        let seconds = max(Self.shortestStrip, min(length, Self.longestStrip), share) + SampleClock.rate - 1
        stripLength = seconds / SampleClock.rate * SampleClock.rate
        strips = max(1, (length + stripLength - 1) / stripLength)
    }

    /// The document, drawn anew.
    public var svg: String {
        let height = Self.head + strips * PictureStrip.height
        var writer = SVGWriter()
        writer.rectangle(Box(left: 0, right: Double(Self.width), top: 0, bottom: Double(height)), class: "paper")
        writer.text(String(name.prefix(60)), x: Self.left, y: 26, class: "name")
        writer.text(facts, x: Self.left, y: 44)
        drawLegend(on: &writer)

        let loudest = recording.samples.lazy.map { Int($0.magnitude) }.max() ?? 0
        for index in 0..<strips {
            let strip = PictureStrip(
                recording: recording,
                range: index * stripLength..<(index + 1) * stripLength,
                columns: min(Int(Self.panel), Self.maximumColumns / strips),
                loudest: max(loudest, 1),
                top: Double(Self.head + index * PictureStrip.height)
            )
            strip.draw(on: &writer)
        }

        return writer.document(
            width: Self.width,
            height: height,
            style: PictureStyle.sheet,
            title: "\(name): \(facts)"
        )
    }

    private var name: String { recording.name.split(separator: "/").last.map(String.init) ?? recording.name }

    private var facts: String {
        let count = recording.segmentation.segments.count
        let seconds = SegmentationText.seconds(recording.samples.count, decimals: 1)
        return "\(seconds) s, detector \(recording.detector), \(count) utterance\(count == 1 ? "" : "s")"
    }

    /// Says what the colours mean that are in this picture.
    private func drawLegend(on writer: inout SVGWriter) {
        let segments = recording.segmentation.segments
        let reasons = [Segmenter.Reason.silence, .valley, .maximum].filter { reason in
            segments.contains { $0.reason.style == reason.style }
        }
        var entries = reasons.map { (style: $0.style, text: $0.legend) }
        if !segments.isEmpty { entries.append(("utterance", "utterance with its padding")) }
        if segments.contains(where: { $0.heard != $0.range }) {
            entries.append(("context", "heard in both utterances at a cut"))
        }
        writer.legend(entries, x: Self.left, y: 64)
    }
}
