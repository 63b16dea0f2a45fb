/// Samples as little-endian bytes.
public enum PCM16 {
    /// Two bytes per sample, low byte first.
    ///
    /// - Parameter header: Bytes to begin with.
    public static func bytes(_ samples: [Int16], after header: [UInt8] = []) -> [UInt8] {
        let length = header.count + 2 * samples.count
        return [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            raw.copyBytes(from: header)
            let pcm = UnsafeMutableRawBufferPointer(rebasing: raw[header.count...])
            for (index, sample) in samples.enumerated() {
                pcm.storeBytes(of: sample.littleEndian, toByteOffset: 2 * index, as: Int16.self)
            }
            count = length
        }
    }

    /// The samples in bytes, low byte first; an odd byte at the end is left out.
    public static func samples(_ bytes: [UInt8]) -> [Int16] {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / 2).map { Int16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)) }
        }
    }
}
