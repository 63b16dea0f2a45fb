/// Turns the bytes that a client sends into samples at `SampleClock.rate`.
///
/// Bytes are PCM16LE mono. Messages may split a sample: its first byte waits for the next message. A RIFF header at the
/// start of the stream (clients send whole WAV files) is skipped. The rate may change with any message.
public struct AudioIntake {
    /// Rates a client may use, in samples per second.
    public static let rates = 8_000...48_000

    private var lowByte: UInt8?
    private var isAtStart = true
    private var resampler: Resampler?

    public init() {}

    /// Appends the samples that are ready, at `SampleClock.rate`.
    ///
    /// - Parameter rate: Samples per second of `bytes`, in `rates`.
    public mutating func append(_ bytes: [UInt8], rate: Int, to samples: inout [Int16]) {
        guard !bytes.isEmpty else { return }
        var offset = 0
        if isAtStart {
            isAtStart = false
            offset = WAVFile.headerLength(of: bytes)
            if offset > 0 { lowByte = nil }
        }
        if rate == SampleClock.rate {
            endResampling(into: &samples)
            appendPCM(bytes, from: offset, to: &samples)
        } else {
            var input: [Int16] = []
            appendPCM(bytes, from: offset, to: &input)
            resampler(from: rate, into: &samples)?.process(input, into: &samples)
        }
    }

    /// Appends what the resampler still holds; what comes next begins a new stream.
    ///
    /// The first byte of a split sample goes on waiting: a client may commit between two messages that split it.
    public mutating func drain(into samples: inout [Int16]) {
        endResampling(into: &samples)
        isAtStart = true
    }

    /// Forgets everything that has not come out yet.
    public mutating func reset() { self = AudioIntake() }

    private mutating func appendPCM(_ bytes: [UInt8], from offset: Int, to samples: inout [Int16]) {
        var offset = offset
        if let low = lowByte, offset < bytes.count {
            samples.append(Int16(bitPattern: UInt16(low) | UInt16(bytes[offset]) << 8))
            lowByte = nil
            offset += 1
        }
        let count = (bytes.count - offset) / 2
        bytes.withUnsafeBytes { bytes in
            // Whole samples lie in memory as they are sent; only behind a split one may they be unaligned.
            let pcm = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 2 * count])
            if offset % 2 == 0 {
                samples.append(contentsOf: pcm.assumingMemoryBound(to: Int16.self))
            } else {
                samples.append(
                    contentsOf: (0..<count).lazy.map { pcm.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self) }
                )
            }
        }
        if offset + 2 * count < bytes.count { lowByte = bytes[bytes.count - 1] }
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
