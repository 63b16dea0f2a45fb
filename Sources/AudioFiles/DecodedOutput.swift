/// Samples out of a stream of PCM16LE whose pieces may split one.
struct DecodedOutput {
    private(set) var samples: [Int16] = []
    private var lowByte: UInt8?
    private let maximumSamples: Int

    init(maximumSamples: Int) { self.maximumSamples = maximumSamples }

    /// - Throws: `AudioFileError.tooLong`.
    mutating func append(_ bytes: RawSpan) throws(AudioFileError) {
        var offset = 0
        if let low = lowByte, !bytes.isEmpty {
            samples.append(
                Int16(bitPattern: UInt16(low) | UInt16(bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self)) << 8)
            )
            lowByte = nil
            offset = 1
        }
        let count = (bytes.byteCount - offset) / 2
        guard samples.count + count <= maximumSamples else { throw .tooLong(limit: maximumSamples) }
        samples.reserveCapacity(samples.count + count)
        for index in 0..<count {
            let sample = bytes.unsafeLoadUnaligned(fromByteOffset: offset + 2 * index, as: Int16.self)
            samples.append(Int16(littleEndian: sample))
        }
        offset += 2 * count
        if offset < bytes.byteCount { lowByte = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
    }
}
