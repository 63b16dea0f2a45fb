import Audio
import SpeechDetection

/// One strip of a `SegmentationPicture`.
struct PictureStrip {
    /// With its axis, and the gap to the next.
    static let height = 344

    let recording: SegmentedRecording
    /// Samples that it shows; the last may lie after the end of the recording.
    let range: Range<Int>
    /// How many columns its panels have.
    let columns: Int
    /// The size of a sample that fills the wave's panel.
    let loudest: Int
    /// Its first row.
    let top: Double

    /// Levels from digital silence to full scale, as `FrameEnergy.level` counts them.
    private static let levels = 0.0...90.0

    private var bars: Box { box(0, last: 17) }
    private var wave: Box { box(21, last: 141) }
    private var level: Box { box(149, last: 209) }
    private var score: Box { box(217, last: 305) }

    func draw(on writer: inout SVGWriter) {
        for panel in [wave, level, score] { writer.rectangle(panel, class: "panel") }
        drawUtterances(on: &writer)
        drawTimes(on: &writer)
        drawWave(on: &writer)
        drawLevel(on: &writer)
        drawScores(on: &writer)
        drawBars(on: &writer)
    }

    private func box(_ first: Double, last: Double) -> Box {
        Box(left: SegmentationPicture.left, right: end, top: top + first, bottom: top + last)
    }

    /// Where the recording ends in this strip.
    private var end: Double { x(min(range.upperBound, recording.samples.count)) }

    private func x(_ sample: Int) -> Double {
        let inside = min(max(sample, range.lowerBound), range.upperBound) - range.lowerBound
        return SegmentationPicture.left + Double(inside) * SegmentationPicture.panel / Double(range.count)
    }

    private func x(_ position: SamplePosition) -> Double { x(Int(position)) }

    /// The columns that the recording reaches, with their samples.
    private var slices: some Sequence<Range<Int>> {
        (0..<columns).lazy.map { column in
            let first = range.lowerBound + column * range.count / columns
            let next = range.lowerBound + (column + 1) * range.count / columns
            return first..<min(max(next, first + 1), max(recording.samples.count, first))
        }.prefix { !$0.isEmpty }
    }

    private func drawTimes(on writer: inout SVGWriter) {
        let second = SampleClock.rate

        // A label of five digits is narrower than 50.
        let fewest = (range.count + 19) / 20
        let spacing = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800].first { $0 * second >= fewest }
        let interval = (spacing ?? (fewest / second / 3_600 + 1) * 3_600) * second
        let first = (range.lowerBound + interval - 1) / interval * interval

        var lines = SVGPath()
        for sample in stride(from: first, through: min(range.upperBound, recording.samples.count), by: interval) {
            for panel in [wave, level, score] {
                lines.move(x: x(sample), y: panel.top)
                lines.line(y: panel.bottom)
            }
            writer.text("\(sample / second)", x: x(sample), y: score.bottom + 15, anchor: .middle, class: "time")
        }

        writer.path(lines, class: "grid")
        writer.text("seconds", x: 12, y: score.bottom + 15)
    }

    /// The utterances of this strip, with their places in the recording.
    private var segments: [(index: Int, segment: Segmenter.Segment)] {
        let visible = SamplePosition(range.lowerBound)..<SamplePosition(range.upperBound)
        return recording.segmentation.segments.enumerated()
            .filter { $0.element.range.overlaps(visible) }
            .map { (index: $0.offset, segment: $0.element) }
    }

    /// Shades what utterances take, padding included, and what an engine hears beyond them.
    private func drawUtterances(on writer: inout SVGWriter) {
        var context = SVGPath()
        for (index, segment) in segments {
            let bounds = (start: segment.range.lowerBound, end: segment.range.upperBound)
            let whole = Box(left: x(bounds.start), right: x(bounds.end), top: bars.top, bottom: score.bottom)
            let times = [bounds.start, bounds.end].map { SegmentationText.seconds(Int($0)) }
            let title = "\(index + 1): \(times[0]) to \(times[1]) s, \(segment.reason.name)"
            writer.rectangle(whole, class: "utterance", title: title)

            let before = Box(left: x(segment.heard.lowerBound), right: whole.left, top: wave.top, bottom: score.bottom)
            let after = Box(left: whole.right, right: x(segment.heard.upperBound), top: wave.top, bottom: score.bottom)
            for side in [before, after] where side.width > 0 { context.add(side) }
        }

        writer.path(context, class: "context")
    }

    /// Draws a bar for each utterance's speech, in the colour of its reason, and a line at its end.
    private func drawBars(on writer: inout SVGWriter) {
        var shapes: [String: SVGPath] = [:]
        var labels: [(text: String, x: Double)] = []
        for (index, segment) in segments {
            let speech = speech(of: segment, at: index)
            // Bars that meet stay apart by a pixel.
            let right = x(speech.upperBound) - 1
            let bar = Box(left: x(speech.lowerBound), right: right, top: bars.top, bottom: bars.bottom)
            let style = segment.reason.style
            if bar.width > 0 { shapes[style, default: SVGPath()].add(bar) }
            if Int(segment.range.upperBound) <= range.upperBound {
                let end = x(segment.range.upperBound)
                let line = Box(left: end - 1.5, right: end, top: wave.top, bottom: score.bottom)
                shapes[style, default: SVGPath()].add(line)
            }

            let texts = ["\(index + 1) \(segment.reason.name)", "\(index + 1)"]
            if let text = texts.first(where: { PictureStyle.labelWidth($0) + 10 <= bar.width }) {
                labels.append((text, bar.left + 5))
            }
        }

        for (style, shape) in shapes.sorted(by: { $0.key < $1.key }) { writer.path(shape, class: style) }
        for label in labels { writer.text(label.text, x: label.x, y: bars.bottom - 4.5, class: "label") }
    }

    /// An utterance without its padding.
    ///
    /// A segment does not tell how much of it is padding, so the length comes from the rules. Where an utterance begins at
    /// the end of the one before, or was cut, none is assumed. Padding that the hangover left no room for is drawn in full.
    private func speech(of segment: Segmenter.Segment, at index: Int) -> Range<SamplePosition> {
        let rules = recording.turnDetection
        let floor = index > 0 ? recording.segmentation.segments[index - 1].range.upperBound : 0
        let prefix = segment.range.lowerBound > floor ? rules.prefixPadding : 0
        let suffix = segment.reason == .silence ? rules.suffixPadding : 0
        let start = segment.range.lowerBound + SamplePosition(prefix)
        let end = segment.range.upperBound - SamplePosition(suffix)
        return start < end ? start..<end : segment.range
    }

    private func drawWave(on writer: inout SVGWriter) {
        let half = wave.height / 2 - 2
        func y(_ sample: Int16?) -> Double { wave.middle - Double(sample ?? 0) * half / Double(loudest) }

        var shape = SVGPath()
        var lows: [(right: Double, low: Double)] = []
        for slice in slices {
            let samples = recording.samples[slice]
            // Silence is a line of one pixel.
            let (high, low) = (y(samples.max()) - 0.5, y(samples.min()) + 0.5)
            let left = x(slice.lowerBound)
            if lows.isEmpty { shape.move(x: left, y: high) } else { shape.step(x: left, y: high) }
            lows.append((x(slice.upperBound), low))
        }

        for (right, low) in lows.reversed() { shape.step(x: right, y: low) }
        if !lows.isEmpty {
            shape.line(x: SegmentationPicture.left)
            shape.close()
        }

        writer.path(shape, class: "wave")
        writer.text("wave", x: 12, y: wave.middle + 4)
    }

    private func drawLevel(on writer: inout SVGWriter) {
        var lines = SVGPath()
        for mark in [30.0, 60] {
            let y = y(mark, of: Self.levels, in: level)
            lines.move(x: level.left, y: y)
            lines.line(x: level.right)
            writer.text("\(Int(mark)) dB", x: level.left - 8, y: y + 4, anchor: .end)
        }
        writer.path(lines, class: "grid")
        writer.path(highest(of: Self.levels, in: level) { $0.level }, class: "level")
        writer.text("level", x: 12, y: level.middle + 4)
    }

    private func drawScores(on writer: inout SVGWriter) {
        writer.path(highest(of: 0...1, in: score) { $0.score }, class: "score")

        let rules = recording.turnDetection
        let (start, exit) = (Double(rules.threshold), Double(rules.exitThreshold))
        for (value, style) in [(start, "threshold"), (exit, "exit")] {
            var line = SVGPath()
            line.move(x: score.left, y: y(value, of: 0...1, in: score))
            line.line(x: score.right)
            writer.path(line, class: style)
        }

        let upper = min(y(start, of: 0...1, in: score) + 4, score.bottom - 9)
        let lower = max(y(exit, of: 0...1, in: score) + 4, upper + 12)
        writer.text("threshold \(Self.hundredths(start))", x: score.right + 6, y: upper)
        writer.text("exit \(Self.hundredths(exit))", x: score.right + 6, y: lower)

        writer.text("speech", x: 12, y: score.middle + 4)
        writer.text("1", x: score.left - 8, y: score.top + 8, anchor: .end)
        writer.text("0", x: score.left - 8, y: score.bottom, anchor: .end)
    }

    private func y(_ value: Double, of scale: ClosedRange<Double>, in panel: Box) -> Double {
        guard value.isFinite else { return panel.bottom }
        let inside = min(max(value, scale.lowerBound), scale.upperBound) - scale.lowerBound
        return panel.bottom - inside * panel.height / (scale.upperBound - scale.lowerBound)
    }

    /// A line through the highest value in each column, from the panel's bottom up and back to it.
    private func highest(
        of scale: ClosedRange<Double>,
        in panel: Box,
        value: (ScoredFrame) -> Float
    ) -> SVGPath {
        let (frames, length) = (recording.segmentation.frames, recording.segmentation.frameLength)
        var path = SVGPath()
        for slice in slices {
            let first = slice.lowerBound / length
            guard first < frames.count else { break }
            let end = min(max(first + 1, slice.upperBound / length), frames.count)
            let highest = frames[first..<end].map(value).max() ?? 0
            if path.data.isEmpty { path.move(x: panel.left, y: panel.bottom) }
            path.step(x: x(slice.lowerBound), y: y(Double(highest), of: scale, in: panel))
        }

        guard !path.data.isEmpty else { return path }

        // The last samples may be too few for a frame.
        path.line(x: min(x(frames.count * length), panel.right))
        path.line(y: panel.bottom)
        return path
    }

    /// Two decimals at most.
    private static func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
