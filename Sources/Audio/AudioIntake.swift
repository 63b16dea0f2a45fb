/// Turns the bytes that a client sends into samples at `SampleClock.rate`.
///
/// Messages may split a PCM16 sample: its first byte waits for the next message. A RIFF header at the start of the stream
/// (clients send whole WAV files) is skipped. The format may change with any message.
public struct AudioIntake {
    /// Rates of PCM16 that a client may use, in samples per second.
    public static let rates = 8_000...48_000

    private var lowByte: UInt8?
    private var isAtStart = true
    private var resampler: Resampler?

    public init() {}

    /// Appends the samples that are ready, at `SampleClock.rate`.
    ///
    /// - Parameter format: What `bytes` are; the rate of PCM16 is in `rates`.
    public mutating func append(_ bytes: [UInt8], format: AudioFormat, to samples: inout [Int16]) {
        guard !bytes.isEmpty else { return }
        var offset = 0
        if isAtStart {
            isAtStart = false
            offset = WAVFile.headerLength(of: bytes)
            if offset > 0 { lowByte = nil }
        }
        if format.rate == SampleClock.rate {
            endResampling(into: &samples)
            decode(bytes[offset...], format, to: &samples)
        } else {
            var input: [Int16] = []
            decode(bytes[offset...], format, to: &input)
            resampler(from: format.rate, into: &samples)?.process(input, into: &samples)
        }
    }

    /// Appends what is still held back; what comes next begins a new stream.
    ///
    /// The first byte of a split sample goes on waiting: a client may commit between two messages that split it.
    public mutating func drain(into samples: inout [Int16]) {
        isAtStart = true
        endResampling(into: &samples)
    }

    /// Forgets everything that has not come out yet.
    public mutating func reset() { self = AudioIntake() }

    private mutating func decode(_ bytes: ArraySlice<UInt8>, _ format: AudioFormat, to samples: inout [Int16]) {
        switch format {
        case .pcm16: appendPCM(bytes, to: &samples)
        case .muLaw: appendCodes(bytes, G711.muLaw, to: &samples)
        case .aLaw: appendCodes(bytes, G711.aLaw, to: &samples)
        }
    }

    private mutating func appendPCM(_ bytes: ArraySlice<UInt8>, to samples: inout [Int16]) {
        var bytes = bytes
        if let low = lowByte, let high = bytes.popFirst() {
            samples.append(Int16(bitPattern: UInt16(low) | UInt16(high) << 8))
            lowByte = nil
        }
        let count = bytes.count / 2
        bytes.withUnsafeBytes { bytes in
            // Whole samples lie in memory as they are sent; only behind a split one may they be unaligned.
            let pcm = UnsafeRawBufferPointer(rebasing: bytes[..<(2 * count)])
            if Int(bitPattern: pcm.baseAddress) % 2 == 0 {
                samples.append(contentsOf: pcm.assumingMemoryBound(to: Int16.self))
            } else {
                samples.append(
                    contentsOf: (0..<count).lazy.map { pcm.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self) }
                )
            }
        }
        if bytes.count % 2 == 1 { lowByte = bytes.last }
    }

    /// One sample per byte; half a PCM16 sample that waits has lost its other half.
    private mutating func appendCodes(_ bytes: ArraySlice<UInt8>, _ table: [Int16], to samples: inout [Int16]) {
        lowByte = nil
        samples.append(contentsOf: bytes.lazy.map { table[Int($0)] })
    }

    /// The resampler for `rate`; one for another rate gives its last samples first.
    private mutating func resampler(from rate: Int, into samples: inout [Int16]) -> Resampler? {
        if let resampler, resampler.rate == rate { return resampler }
        endResampling(into: &samples)
        // soxr takes every rate in `rates`; it refuses only when memory is gone.
        resampler = try? Resampler(from: rate)
        return resampler
    }

    private mutating func endResampling(into samples: inout [Int16]) {
        resampler?.drain(into: &samples)
        resampler = nil
    }
}
