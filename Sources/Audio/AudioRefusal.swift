/// Why no samples can be made of a stream.
public enum AudioRefusal: Error, Equatable, CustomStringConvertible {
    case container(ForeignContainer)
    /// A WAV header that cannot be read.
    case header(WAVError)
    /// A WAV header whose rate a stream cannot have.
    case rate(Int)
    /// A WAV header with more channels than are mixed.
    case channels(Int)
    /// A WAV header that says something else than the client.
    case conflict(header: String, named: AudioFormat)

    /// One sentence that says what came, and one that says what to do.
    public var description: String {
        switch self {
        case .container(let container):
            "This is \(container.rawValue), not audio samples. Send 16-bit little-endian mono PCM without a container."
        case .header(let error): "The WAV header cannot be used (\(error)). Send 16-bit little-endian mono PCM."
        case .rate(let rate):
            """
            The WAV header says \(rate) Hz. Send audio at \(WAVStream.rates.lowerBound) to \
            \(WAVStream.rates.upperBound) Hz.
            """
        case .channels(let count):
            "The WAV header says \(count) channels. Send at most \(WAVStream.maximumChannels), best one."
        case .conflict(let header, let named):
            "The WAV header says \(header), but the client said \(named). Let both say the same, or name no rate."
        }
    }
}
