/// Says, frame by frame, how much a stream sounds like speech.
///
/// A detector carries state from frame to frame: one detector serves one stream.
///
/// Every detector is a class, and the protocol does not say so: a value that holds one is then always passed by address.
/// Otherwise each look at a session's core would copy it, 7 kB.
public protocol VoiceActivityDetector {
    /// Samples per frame, at `SampleClock.rate`.
    var frameLength: Int { get }

    /// Takes the next frame of the stream, exactly `frameLength` samples, and returns its score: 0 no speech, 1 speech.
    func score(_ frame: Span<Int16>) -> Float

    /// Forgets the stream so far.
    func reset()
}
