/// Samples out of a stream of bytes that is WAV or bare PCM16, at its own rate.
///
/// What the stream is, its first bytes tell. An odd byte waits for its other half.
public struct SampleStream: Sendable {
    /// Samples per second: of bare samples, until a header says otherwise.
    public private(set) var rate: Int
    private var head = StreamHead()
    private var wav: WAVStream?
    private var oddByte: UInt8?

    /// - Parameter rate: Samples per second where no header tells.
    public init(rate: Int) { self.rate = rate }

    /// Takes more of the stream, and gives the samples that are whole.
    ///
    /// - Throws: `AudioRefusal` for a stream that is something else; nothing may be taken afterwards.
    public mutating func take(_ bytes: [UInt8]) throws(AudioRefusal) -> [Int16] {
        switch try head.take(bytes) {
        case nil: return []
        case .samples(let bytes): return samples(bytes)
        case .file(let format, let bytes):
            wav = try WAVStream(format, named: nil)
            rate = format.sampleRate
            return samples(bytes)
        }
    }

    /// Nothing follows: gives what waited for more.
    public mutating func finish() -> [Int16] {
        var rest = samples(head.restart())
        wav?.drain(into: &rest)
        oddByte = nil
        return rest
    }

    private mutating func samples(_ bytes: [UInt8]) -> [Int16] {
        var samples: [Int16] = []
        if wav != nil {
            wav?.append(bytes, to: &samples)
            return samples
        }
        var whole = oddByte.map { [$0] + bytes } ?? bytes
        oddByte = whole.count % 2 == 1 ? whole.removeLast() : nil
        return PCM16.samples(whole)
    }
}
