import Audio

/// What the user says, as mono samples at `RealtimeMessage.sampleRate`.
protocol ChatMicrophone: Sendable {
    /// The next piece, once it has been said; silence after the end of a file.
    func read() async throws -> ChatSound
}

/// A piece of what a microphone hears.
struct ChatSound: Equatable {
    var samples: [Int16]
    /// Whether it is the silence after all that the user says.
    var isAfterEnd = false
}

/// Where the bot's speech goes.
protocol ChatLoudspeaker: Sendable {
    /// Takes a piece, and returns when it takes the next; an empty one stands for 20 ms of silence.
    func play(_ samples: [Int16]) async throws
    /// Drops what it holds.
    func hush() async
}

/// Length of the pieces that loudspeakers take: 20 ms.
let playedPiece = RealtimeMessage.sampleRate / 50

/// A file in place of a microphone, at the pace of speech, and silence after it.
actor FileMicrophone<PacingClock: Clock>: ChatMicrophone where PacingClock.Duration == Duration {
    private static var piece: Int { RealtimeMessage.sampleRate / 10 }
    private let samples: [Int16]
    private let clock: PacingClock
    private var start: PacingClock.Instant?
    private var position = 0

    init(_ clip: AudioClip, clock: PacingClock) throws {
        var samples = clip.samples
        if clip.sampleRate != RealtimeMessage.sampleRate {
            let resampler = try Resampler(from: clip.sampleRate, to: RealtimeMessage.sampleRate)
            samples = []
            resampler.process(clip.samples, into: &samples)
            resampler.drain(into: &samples)
        }
        self.samples = samples
        self.clock = clock
    }

    func read() async throws -> ChatSound {
        let begin = start ?? clock.now
        start = begin
        let next = position + Self.piece
        let piece = samples[min(position, samples.count)..<min(next, samples.count)]
        let isAfterEnd = position >= samples.count
        position = next
        try await clock.sleep(until: begin.advanced(by: chatTime(at: next)), tolerance: nil)
        let silence = [Int16](repeating: 0, count: Self.piece - piece.count)
        return ChatSound(samples: piece + silence, isAfterEnd: isAfterEnd)
    }
}

/// Takes speech at the pace at which it would be heard.
actor PacedLoudspeaker<PacingClock: Clock>: ChatLoudspeaker where PacingClock.Duration == Duration {
    private let clock: PacingClock
    private var start: PacingClock.Instant?
    private var position = 0

    init(clock: PacingClock) {
        self.clock = clock
    }

    func play(_ samples: [Int16]) async throws {
        let begin = start ?? clock.now
        start = begin
        position += samples.isEmpty ? playedPiece : samples.count
        try await clock.sleep(until: begin.advanced(by: chatTime(at: position)), tolerance: nil)
    }

    func hush() {}
}

/// The time from the beginning to a sample.
private func chatTime(at position: Int) -> Duration {
    let (seconds, rest) = position.quotientAndRemainder(dividingBy: RealtimeMessage.sampleRate)
    return .seconds(seconds) + .nanoseconds(rest * 1_000_000_000 / RealtimeMessage.sampleRate)
}
