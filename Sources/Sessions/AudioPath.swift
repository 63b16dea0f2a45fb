import Audio
import SpeechDetection
import Transcription

/// A stream's way from bytes to samples that a detector has scored.
///
/// Bytes are decoded and resampled (`AudioIntake`), enhanced and kept (`SignalBuffer`), and heard frame by frame
/// (`StreamListener`). Positions count samples since the stream began.
struct AudioPath {
    private var intake = AudioIntake()
    private var buffer: SignalBuffer
    private var listener: StreamListener

    init(detector: any VoiceActivityDetector, enhancement: AudioEnhancement) {
        buffer = SignalBuffer(enhancement)
        listener = StreamListener(detector: detector)
    }

    /// The position of the first sample that is still kept.
    var start: SamplePosition { buffer.start }

    /// The position after the last sample that has come out.
    var end: SamplePosition { buffer.end }

    /// The position after the last sample that the detector has heard.
    var heardEnd: SamplePosition { listener.position }

    /// Why nothing is taken until `clear()`.
    var refusal: AudioRefusal? { intake.refusal }

    /// Takes audio.
    ///
    /// - Parameters:
    ///   - format: What `bytes` are.
    ///   - isNamed: Whether the client said so; else the header of a file in the stream may say otherwise.
    mutating func append(_ bytes: [UInt8], format: AudioFormat, isNamed: Bool) {
        buffer.append { samples in intake.append(bytes, format: format, isNamed: isNamed, to: &samples) }
    }

    /// Takes samples that need no decoding, at `SampleClock.rate`.
    mutating func append(_ samples: ArraySlice<Int16>) {
        buffer.append { $0 += samples }
    }

    /// Lets out what decoding, resampling and enhancement hold back.
    mutating func drain() {
        buffer.append { samples in intake.drain(into: &samples) }
        buffer.drain()
    }

    /// Forgets what has not come out, and what the detector learned.
    mutating func clear() {
        intake.reset()
        buffer.reset()
        listener.reset(at: buffer.end)
    }

    /// Enhances differently from here on.
    mutating func setEnhancement(_ enhancement: AudioEnhancement) {
        buffer.setEnhancement(enhancement, scoredTo: listener.position)
    }

    /// Scores the next frame; `nil` when it is not whole yet.
    mutating func nextFrame() -> ScoredFrame? { listener.hear(buffer) }

    /// Lets the detector go on at a later sample; what is left of a frame before it is not heard.
    mutating func skip(to position: SamplePosition) { listener.skip(to: position) }

    /// What the transcriber hears at `range`, which must still be kept.
    func samples(_ range: Range<SamplePosition>) -> [Int16] { buffer.copy(range) }

    /// What the detector heard in `range` under these rules.
    func evidence(in range: Range<SamplePosition>, under rules: TurnDetection) -> VoiceEvidence {
        listener.evidence(in: range, exitThreshold: rules.exitThreshold)
    }

    /// Lets go of what lies before `position`.
    mutating func drop(before position: SamplePosition) {
        buffer.drop(before: position, scoredTo: listener.position)
        listener.drop(before: buffer.start)
    }
}
