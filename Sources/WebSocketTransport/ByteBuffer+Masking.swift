import NIOCore

extension ByteBuffer {
    /// Moves up to `count` masked bytes out of `source` and appends them unmasked (RFC 6455 section 5.3).
    ///
    /// One pass both unmasks and copies, eight bytes at a time: the bytes a channel delivers live in its pool of
    /// receive buffers, so unmasking them in place would copy them first. `key` holds the four masking bytes as they
    /// lie in memory; `offset` is how many bytes of the payload came before. Returns how many bytes were moved.
    mutating func writeUnmasked(_ count: Int, from source: inout ByteBuffer, key: UInt32, offset: Int) -> Int {
        let count = Swift.min(count, source.readableBytes)
        guard count > 0 else { return 0 }
        let rotated = key.rotated(byBytes: offset)
        let wide = UInt64(rotated) << 32 | UInt64(rotated)
        source.readWithUnsafeReadableBytes { input in
            writeWithUnsafeMutableBytes(minimumWritableBytes: count) { output in
                unmask(UnsafeRawBufferPointer(rebasing: input[..<count]), into: output, wide: wide)
                return count
            }
            return count
        }
        return count
    }
}

/// Both pointers hold at least `input.count` bytes; `wide` is the rotated key twice.
private func unmask(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, wide: UInt64) {
    let words = input.count & ~7
    for index in stride(from: 0, to: words, by: 8) {
        let word = input.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        output.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
    }
    var key = wide.littleEndian
    for index in words..<input.count {
        output[index] = input[index] ^ UInt8(truncatingIfNeeded: key)
        key >>= 8
    }
}

extension UInt32 {
    /// The masking key as seen by a reader that starts `offset` bytes into the payload.
    fileprivate func rotated(byBytes offset: Int) -> UInt32 {
        let bits = UInt32(offset & 3) * 8
        guard bits > 0 else { return self }
        let value = littleEndian
        return UInt32(littleEndian: value >> bits | value << (32 - bits))
    }
}
