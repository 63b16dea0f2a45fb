/// What the `fmt ` chunk of a WAV file says about its samples.
struct WAVFormat: CustomStringConvertible {
    enum Encoding: String {
        /// Signed, but unsigned when one byte wide; when fewer bits count than the bytes hold, they are the upper ones.
        case integer = "PCM"
        case float = "floating point"
        case aLaw = "A-law"
        case muLaw = "mu-law"
    }

    var encoding: Encoding
    var channels: Int
    /// Frames per second.
    var sampleRate: Int
    /// Bytes of one sample of one channel.
    var sampleBytes: Int

    /// - Parameter chunk: The body of the chunk, at least 16 bytes.
    init(_ chunk: ArraySlice<UInt8>) throws(WAVError) {
        let extensible = 0xFFFE
        func field(_ offset: Int, _ count: Int) -> Int { Int(littleEndian(chunk, at: offset, count: count)) }
        let tag = field(0, 2) == extensible && chunk.count >= 26 ? field(24, 2) : field(0, 2)
        let bits = field(14, 2)
        channels = field(2, 2)
        sampleRate = field(4, 4)
        let known = Self.encoding(tag: tag, bits: bits)
        guard let known, channels > 0 else { throw .unsupported(formatTag: tag, bits: bits, channels: channels) }
        guard WAVFile.rates.contains(sampleRate) else { throw .unsupportedRate(sampleRate) }
        encoding = known
        sampleBytes = (bits + 7) / 8

        // Some writers put 24 bits into four bytes; the block (one sample of every channel) tells.
        let (wide, rest) = field(12, 2).quotientAndRemainder(dividingBy: channels)
        if encoding == .integer, rest == 0, (sampleBytes...4).contains(wide) { sampleBytes = wide }
    }

    var description: String { "\(encoding.rawValue) at \(sampleRate) Hz" }

    /// Whether a client that speaks of `format` may mean this one.
    ///
    /// It names no width and no channels, and often PCM only because nothing else can be named.
    func agrees(with format: AudioFormat) -> Bool {
        guard format.rate == sampleRate else { return false }
        return switch format {
        case .pcm16: true
        case .muLaw: encoding == .muLaw
        case .aLaw: encoding == .aLaw
        }
    }

    private static func encoding(tag: Int, bits: Int) -> Encoding? {
        switch (tag, bits) {
        case (1, 1...32): .integer
        case (3, 32), (3, 64): .float
        case (6, 8): .aLaw
        case (7, 8): .muLaw
        default: nil
        }
    }

    /// The samples in `data`, all channels as they come, as 16 bits.
    func samples(_ data: ArraySlice<UInt8>) -> [Int16] {
        let count = data.count / sampleBytes
        return [Int16](unsafeUninitializedCapacity: count) { samples, initialized in
            data.withUnsafeBytes { bytes in
                switch (encoding, sampleBytes) {
                case (.aLaw, _): for index in 0..<count { samples[index] = G711.decodeALaw(bytes[index]) }
                case (.muLaw, _): for index in 0..<count { samples[index] = G711.decodeMuLaw(bytes[index]) }
                case (.float, 4): for index in 0..<count { samples[index] = Self.float(bytes, offset: 4 * index) }
                case (.float, _): for index in 0..<count { samples[index] = Self.double(bytes, offset: 8 * index) }
                case (.integer, 1): for index in 0..<count { samples[index] = (Int16(bytes[index]) - 128) * 256 }
                case (.integer, 2): for index in 0..<count { samples[index] = Self.pcm16(bytes, offset: 2 * index) }
                case (.integer, let width):
                    for index in 0..<count { samples[index] = Self.wide(bytes, offset: width * index, width: width) }
                }
            }
            initialized = count
        }
    }

    private static func pcm16(_ bytes: UnsafeRawBufferPointer, offset: Int) -> Int16 {
        Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
    }

    /// Three or four bytes, rounded to nearest.
    private static func wide(_ bytes: UnsafeRawBufferPointer, offset: Int, width: Int) -> Int16 {
        let upper = pcm16(bytes, offset: offset + width - 2)
        return bytes[offset + width - 3] < 0x80 || upper == .max ? upper : upper + 1
    }

    private static func float(_ bytes: UnsafeRawBufferPointer, offset: Int) -> Int16 {
        let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        return sample(Double(Float(bitPattern: bits)))
    }

    private static func double(_ bytes: UnsafeRawBufferPointer, offset: Int) -> Int16 {
        sample(Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))))
    }

    /// Full scale is 1; what is beyond is clipped, what is no number is silence.
    private static func sample(_ value: Double) -> Int16 {
        value.isNaN ? 0 : Int16(max(-32_768, min(32_767, (value * 32_768).rounded())))
    }
}
