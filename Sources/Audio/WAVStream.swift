/// Makes mono samples of a WAV file's data that comes in pieces.
struct WAVStream {
    /// Frames per second that a stream may have; what is lower makes too many samples of few bytes.
    static let rates = AudioIntake.rates.lowerBound...WAVFile.rates.upperBound

    /// Channels are mixed in blocks, which must not grow without bound.
    static let maximumChannels = 16

    let format: WAVFormat
    /// The beginning of a frame.
    private var partial: [UInt8] = []
    private var downmix: Downmix

    /// - Parameter named: What the client said that its audio is, where it did.
    init(_ format: WAVFormat, named: AudioFormat?) throws(AudioRefusal) {
        guard Self.rates.contains(format.sampleRate) else { throw .rate(format.sampleRate) }
        guard format.channels <= Self.maximumChannels else { throw .channels(format.channels) }
        if let named, !format.agrees(with: named) { throw .conflict(header: "\(format)", named: named) }
        self.format = format
        downmix = Downmix(channels: format.channels, rate: format.sampleRate)
    }

    /// Takes the next bytes and appends what can be made of them, at the file's rate.
    mutating func append(_ bytes: some Sequence<UInt8>, to samples: inout [Int16]) {
        partial += bytes
        let frameBytes = format.sampleBytes * format.channels
        let whole = partial.count / frameBytes * frameBytes
        guard whole > 0 else { return }
        downmix.append(format.samples(partial[..<whole]), to: &samples)
        partial.removeFirst(whole)
    }

    /// Appends what is held back to be mixed; the beginning of a frame goes on waiting.
    mutating func drain(into samples: inout [Int16]) { downmix.finish(into: &samples) }

    /// Forgets what has not come out.
    mutating func reset() {
        partial = []
        downmix = Downmix(channels: format.channels, rate: format.sampleRate)
    }
}
