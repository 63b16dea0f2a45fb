import Audio
import Transcription

/// A piece of a transcript that is shown at once: a subtitle, or a segment of `verbose_json`.
struct Cue: Equatable, Sendable {
    /// Where it lies in the file.
    var range: Range<SamplePosition>
    /// As the transcript has it, without white space at either end.
    var text: String
    /// What stands between it and the cue before.
    var separator: String
    /// What the engine says of its decoding; `nil` where it says nothing.
    var decoding: Transcript.Segment?
}

/// What a cue may be.
///
/// Source: Netflix, "Timed Text Style Guide: General Requirements" (durations, frame gaps at 24 frames a second) and the
/// English one (two lines of 42 characters).
enum CueLimits {
    static let lineLength = 42
    static let length = 2 * lineLength
    /// 7 s.
    static let longest = SampleClock.samples(milliseconds: 7_000)
    /// 5/6 s.
    static let shortest = SampleClock.samples(milliseconds: 833)
    /// Two frames, the least that parts two cues which do not meet.
    static let gap = SampleClock.samples(milliseconds: 83)
    /// Half a second: a gap below looks like a flicker.
    static let flicker = SampleClock.samples(milliseconds: 500)
}
