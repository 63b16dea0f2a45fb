/// Says, frame by frame, how much a stream sounds like speech.
///
/// A detector carries state from frame to frame: one detector serves one stream.
public protocol VoiceActivityDetector {
    /// Samples per frame, at `SampleClock.rate`.
    var frameLength: Int { get }

    /// Takes the next frame of the stream, exactly `frameLength` samples, and returns its score: 0 no speech, 1 speech.
    func score(_ frame: Span<Int16>) -> Float

    /// Forgets the stream so far.
    func reset()
}
