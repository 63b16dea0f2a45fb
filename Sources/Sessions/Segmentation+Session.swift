import Audio
public import SpeechDetection

extension Segmentation {
    /// Cuts a recording on the way that a session's audio takes: the same signal, frames and rules.
    ///
    /// - Parameters:
    ///   - samples: Mono, at `SampleClock.rate`.
    ///   - detector: One that has heard nothing yet.
    ///   - hasWordTimes: Whether the session's engine tells when each word was said.
    public init(
        of samples: [Int16],
        by detector: any VoiceActivityDetector,
        settings: SessionSettings,
        hasWordTimes: Bool
    ) {
        self.init(length: samples.count, frameLength: detector.frameLength, frames: [], segments: [])
        frames.reserveCapacity(samples.count / frameLength)
        var path = AudioPath(detector: detector, enhancement: settings.enhancement)
        var segmenter = Segmenter(
            frameLength: frameLength,
            turnDetection: settings.turnDetection,
            maximumUtterance: settings.currentMaximum,
            overlap: settings.overlap ?? SessionSettings.overlap(hasWordTimes: hasWordTimes)
        )

        for start in stride(from: 0, to: samples.count, by: SampleClock.rate) {
            path.append(samples[start..<min(start + SampleClock.rate, samples.count)])
            hear(&path, cutBy: &segmenter)
            path.drop(before: path.heardEnd)
        }

        path.drain()
        hear(&path, cutBy: &segmenter)
        if case .ended(let segment) = segmenter.finish(at: path.end) { segments.append(segment) }
    }

    private mutating func hear(_ path: inout AudioPath, cutBy segmenter: inout Segmenter) {
        while let frame = path.nextFrame() {
            frames.append(frame)
            for case .ended(let segment) in segmenter.advance(frame) { segments.append(segment) }
        }
    }
}
