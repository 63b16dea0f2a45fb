import Audio
import AudioFiles

/// What a client wants its speech to be.
enum SpeechFormat: String, CaseIterable, Sendable {
    case mp3
    case opus
    case aac
    case flac
    case wav
    /// Samples of 16 bits, low byte first, one channel, at `rate`.
    case pcm

    /// Samples per second of every format: OpenAI's, which clients of `pcm` take for granted.
    static let rate = 24_000

    /// Those that need no other program.
    static let native: [SpeechFormat] = [.wav, .pcm]

    /// What ffmpeg makes of it; `nil` for those that are made here.
    var encoding: AudioEncoder.Format? { AudioEncoder.Format(rawValue: rawValue) }

    var mediaType: String {
        switch self {
        case .mp3: "audio/mpeg"
        case .opus, .aac, .flac, .wav, .pcm: "audio/\(rawValue)"
        }
    }

    /// What comes before the samples.
    var header: [UInt8] { self == .wav ? WAVFile.openHeader(sampleRate: Self.rate) : [] }
}
