/// How bytes stand for mono audio.
public enum AudioFormat: Equatable, Sendable, CustomStringConvertible {
    /// Signed 16-bit little-endian, `rate` samples per second.
    case pcm16(rate: Int)
    /// G.711 mu-law, 8000 samples per second.
    case muLaw
    /// G.711 A-law, 8000 samples per second.
    case aLaw

    /// Samples per second.
    public var rate: Int {
        switch self {
        case .pcm16(let rate): rate
        case .muLaw, .aLaw: G711.rate
        }
    }

    /// How many samples at `SampleClock.rate` so many bytes make.
    public func sampleCount(of bytes: Int) -> Int {
        switch self {
        case .pcm16(let rate): bytes / 2 * SampleClock.rate / rate
        case .muLaw, .aLaw: bytes * SampleClock.rate / G711.rate
        }
    }

    public var description: String {
        switch self {
        case .pcm16(let rate): "PCM at \(rate) Hz"
        case .muLaw: "mu-law at \(rate) Hz"
        case .aLaw: "A-law at \(rate) Hz"
        }
    }
}
