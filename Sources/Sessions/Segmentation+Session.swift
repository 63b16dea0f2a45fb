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
        var buffer = SignalBuffer(settings.enhancement)
        var listener = StreamListener(detector: detector)
        var segmenter = Segmenter(
            frameLength: frameLength,
            turnDetection: settings.turnDetection,
            maximumUtterance: settings.currentMaximum,
            overlap: settings.overlap ?? SessionSettings.overlap(hasWordTimes: hasWordTimes)
        )

        for start in stride(from: 0, to: samples.count, by: SampleClock.rate) {
            let second = samples[start..<min(start + SampleClock.rate, samples.count)]
            buffer.append { $0 += second }
            hear(buffer, by: &listener, cutBy: &segmenter)
            buffer.drop(before: listener.position, scoredTo: listener.position)
        }

        buffer.drain()
        hear(buffer, by: &listener, cutBy: &segmenter)
        if case .ended(let segment) = segmenter.finish(at: buffer.end) { segments.append(segment) }
    }

    private mutating func hear(
        _ buffer: SignalBuffer,
        by listener: inout StreamListener,
        cutBy segmenter: inout Segmenter
    ) {
        while let frame = listener.hear(buffer) {
            frames.append(frame)
            for case .ended(let segment) in segmenter.advance(frame) { segments.append(segment) }
        }
    }
}
