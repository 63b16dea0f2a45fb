internal import Audio
import BackendHTTP

extension TranscriptionResponse {
    /// The transcript of an utterance of that many samples.
    ///
    /// Words and segments that reach beyond the utterance are clipped to it. Where their times fit no unit, both are
    /// left out.
    func transcript(sampleCount: Int) -> Transcript {
        var transcript = Transcript(text: text)
        transcript.language = language.flatMap(SpokenLanguage.init(naming:))?.code
        guard let scale = TimeScale(latest: latestTime, sampleCount: sampleCount) else { return transcript }

        transcript.words = words.compactMap { word in
            let text = trimmed(word.text)
            return text.isEmpty ? nil : .init(text: text, range: scale.range(from: word.start, to: word.end))
        }
        transcript.segments = segments.map { segment in
            var result = Transcript.Segment(
                text: segment.text,
                range: scale.range(from: segment.start, to: segment.end)
            )
            result.averageLogProbability = segment.averageLogProbability
            result.compressionRatio = segment.compressionRatio
            result.noSpeechProbability = segment.noSpeechProbability
            result.temperature = segment.temperature
            result.tokens = segment.tokens
            return result
        }
        return transcript
    }

    private var latestTime: Double {
        let latestWord = words.reduce(0) { max($0, $1.start, $1.end) }
        return segments.reduce(latestWord) { max($0, $1.start, $1.end) }
    }
}

/// Turns a backend's times into samples of an utterance.
private struct TimeScale {
    /// Seconds in one unit of the backend.
    let unit: Double
    let sampleCount: Int

    /// Finds the unit, or `nil` where none fits.
    ///
    /// Older LocalAI servers give nanoseconds. They are known by being out of all proportion: Whisper pads to 30 s, so no
    /// time in seconds lies more than that beyond the end.
    init?(latest: Double, sampleCount: Int) {
        let longest = Double(sampleCount) / Double(SampleClock.rate) + 30
        guard let unit = [1, 1e-9].first(where: { latest * $0 <= longest }) else { return nil }
        self.unit = unit
        self.sampleCount = sampleCount
    }

    func range(from start: Double, to end: Double) -> Range<Int> {
        let start = position(of: start)
        return start..<max(start, position(of: end))
    }

    private func position(of time: Double) -> Int {
        Int(min(max((time * unit * Double(SampleClock.rate)).rounded(), 0), Double(sampleCount)))
    }
}
