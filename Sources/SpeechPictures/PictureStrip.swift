import Audio
import SpeechDetection

/// One strip of a `SegmentationPicture`.
struct PictureStrip {
    let recording: SegmentedRecording
    /// Samples that it shows; the last may lie behind the end of the recording.
    let range: Range<Int>
    /// Its first row.
    let top: Int

    private static let left = SegmentationPicture.left
    private static let columns = SegmentationPicture.panel
    /// Levels from digital silence to full scale, as `FrameEnergy.level` counts them.
    private static let levels: ClosedRange<Float> = 0...90

    private var wave: Range<Int> { top + 26..<top + 186 }
    private var level: Range<Int> { top + 196..<top + 276 }
    private var score: Range<Int> { top + 286..<top + 396 }

    func draw(on canvas: inout Canvas) {
        for panel in [wave, level, score] { canvas.fill(x(range.lowerBound)..<end, panel, .panel) }
        shade(&canvas)
        drawAxis(&canvas)
        drawWave(&canvas)
        drawLevel(&canvas)
        drawScores(&canvas)
        drawCuts(&canvas)
    }

    /// The first column behind the recording.
    private var end: Int { x(min(range.upperBound, recording.samples.count)) }

    private func x(_ sample: Int) -> Int { Self.left + (sample - range.lowerBound) * Self.columns / range.count }

    private var segments: [(index: Int, segment: Segmenter.Segment)] {
        let visible = SamplePosition(range.lowerBound)..<SamplePosition(range.upperBound)
        return recording.segmentation.segments.enumerated().filter { $1.range.overlaps(visible) }
            .map { (index: $0, segment: $1) }
    }

    private func columns(_ samples: Range<SamplePosition>) -> Range<Int> {
        let first = min(max(Int(samples.lowerBound), range.lowerBound), range.upperBound)
        return x(first)..<x(min(max(Int(samples.upperBound), first), range.upperBound))
    }

    private func shade(_ canvas: inout Canvas) {
        for panel in [wave, level, score] {
            for (index, segment) in segments {
                let colour: Colour = index % 2 == 0 ? .utterance : .nextUtterance
                canvas.fill(columns(segment.range), panel, colour)
            }
            for (_, segment) in segments {
                canvas.fill(columns(segment.heard.lowerBound..<segment.range.lowerBound), panel, .context)
                canvas.fill(columns(segment.range.upperBound..<segment.heard.upperBound), panel, .context)
            }
        }
    }

    private func drawAxis(_ canvas: inout Canvas) {
        let second = SampleClock.rate
        let spacing = [1, 2, 5, 10, 30, 60].first { $0 * second * Self.columns / range.count >= 48 } ?? 300
        let interval = spacing * second
        for sample in stride(from: range.lowerBound / interval * interval, through: range.upperBound, by: interval)
        where sample >= range.lowerBound {
            let column = x(sample)
            for panel in [wave, level, score] where column < end { canvas.fill(column..<column + 1, panel, .grid) }
            canvas.fill(column..<column + 1, score.upperBound..<score.upperBound + 6, .faintText)
            let label = "\(sample / second)"
            canvas.write(label, x: column - Canvas.width(of: label) / 2 + 1, y: score.upperBound + 10, .faintText)
        }
        canvas.write("s", x: Self.left - 48, y: score.upperBound + 10, .faintText)
    }

    private func label(_ text: String, _ panel: Range<Int>, at row: Int, _ canvas: inout Canvas) {
        canvas.write(text, x: Self.left - 10 - Canvas.width(of: text), y: row - 7, .faintText)
    }

    /// For each column the extremes in light, and the mean size in dark.
    private func drawWave(_ canvas: inout Canvas) {
        let middle = (wave.lowerBound + wave.upperBound) / 2
        let half = wave.count / 2
        let loudest = max(1, recording.samples.lazy.map { Int($0.magnitude) }.max() ?? 1)
        func offset(_ value: Int) -> Int { min(max(value * (half - 2) / loudest, -half), half) }
        for column in Self.left..<end {
            guard let samples = samples(in: column), let low = samples.min(), let high = samples.max() else { continue }
            let peak = middle - offset(Int(high))..<max(middle - offset(Int(low)), middle - offset(Int(high))) + 1
            canvas.fill(column..<column + 1, peak, .peak)
            let square = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
            let mean = offset(Int(square.squareRoot()))
            canvas.fill(column..<column + 1, middle - mean..<middle + mean + 1, .loudness)
        }
        label("wave", wave, at: middle, &canvas)
    }

    private func samples(in column: Int) -> ArraySlice<Int16>? {
        let first = range.lowerBound + (column - Self.left) * range.count / Self.columns
        let end = range.lowerBound + (column + 1 - Self.left) * range.count / Self.columns
        guard first < recording.samples.count else { return nil }
        return recording.samples[first..<min(max(first + 1, end), recording.samples.count)]
    }

    private func frame(at column: Int) -> ScoredFrame? {
        let sample = range.lowerBound + (column - Self.left) * range.count / Self.columns
        let index = sample / recording.segmentation.frameLength
        return index < recording.segmentation.frames.count ? recording.segmentation.frames[index] : nil
    }

    private func row(_ value: Float, of scale: ClosedRange<Float>, in panel: Range<Int>) -> Int {
        let share =
            (min(max(value, scale.lowerBound), scale.upperBound) - scale.lowerBound)
            / (scale.upperBound - scale.lowerBound)
        return panel.upperBound - 1 - Int((share * Float(panel.count - 1)).rounded())
    }

    /// A line through the values of the frames, two pixels thick, with its steps joined.
    private func drawLine(
        _ canvas: inout Canvas,
        _ panel: Range<Int>,
        _ scale: ClosedRange<Float>,
        _ colour: Colour,
        area: Colour? = nil,
        _ value: (ScoredFrame) -> Float
    ) {
        var last: Int?
        for column in Self.left..<end {
            guard let frame = frame(at: column) else { break }
            let row = row(value(frame), of: scale, in: panel)
            if let area { canvas.fill(column..<column + 1, row..<panel.upperBound, area) }
            let other = last ?? row
            canvas.fill(column..<column + 1, min(row, other)..<min(max(row, other) + 2, panel.upperBound), colour)
            last = row
        }
    }

    private func drawLevel(_ canvas: inout Canvas) {
        drawLine(&canvas, level, Self.levels, .level) { $0.level }
        for mark in [Float(30), 60] {
            label("\(Int(mark)) dB", level, at: row(mark, of: Self.levels, in: level), &canvas)
        }
    }

    private func drawScores(_ canvas: inout Canvas) {
        drawLine(&canvas, score, 0...1, .score, area: .scoreArea) { $0.score }
        let rules = recording.turnDetection
        for (value, colour) in [(rules.threshold, Colour.threshold), (rules.exitThreshold, .exitThreshold)] {
            canvas.dash(Self.left..<end, row: row(value, of: 0...1, in: score), colour)
        }
        for mark in [Float(0), 0.5, 1] {
            let text = mark == 0.5 ? "speech" : "\(Int(mark))"
            let row = min(max(row(mark, of: 0...1, in: score), score.lowerBound + 6), score.upperBound - 8)
            label(text, score, at: row, &canvas)
        }
    }

    private func drawCuts(_ canvas: inout Canvas) {
        for (index, segment) in segments {
            let (colour, bounds) = (segment.reason.colour, columns(segment.range))
            let whole = wave.lowerBound - 6..<score.upperBound
            if Int(segment.range.lowerBound) >= range.lowerBound {
                canvas.fill(bounds.lowerBound..<bounds.lowerBound + 2, whole, .silence)
            }
            if Int(segment.range.upperBound) <= range.upperBound {
                canvas.fill(bounds.upperBound - 2..<bounds.upperBound, whole, colour)
            }
            canvas.fill(bounds, wave.lowerBound - 6..<wave.lowerBound - 3, colour)
            let texts = ["\(index + 1) \(segment.reason.name)", "\(index + 1)"]
            if let text = texts.first(where: { Canvas.width(of: $0) <= bounds.count }) {
                canvas.write(text, x: bounds.lowerBound + 2, y: top, colour)
            }
        }
    }
}

extension Segmenter.Reason {
    fileprivate var colour: Colour {
        switch self {
        case .silence, .commit, .endOfStream: .silence
        case .valley: .valley
        case .maximum: .maximum
        }
    }
}
