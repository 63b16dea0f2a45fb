/// Samples as little-endian bytes.
public enum PCM16 {
    /// Two bytes per sample, low byte first.
    public static func bytes(_ samples: [Int16]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 2 * samples.count) { bytes, count in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            for (index, sample) in samples.enumerated() {
                raw.storeBytes(of: sample.littleEndian, toByteOffset: 2 * index, as: Int16.self)
            }
            count = 2 * samples.count
        }
    }

    /// The samples in bytes, low byte first; an odd byte at the end is left out.
    public static func samples(_ bytes: [UInt8]) -> [Int16] {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / 2).map { Int16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)) }
        }
    }
}
