import CZlib

/// How many times shorter deflate makes a text.
///
/// As Whisper's `compression_ratio`: UTF-8 bytes of the text by those of its zlib stream at the default level.
enum CompressionRatio {
    static func ratio(of text: String) -> Double {
        let bytes = Array(text.utf8)
        var length = compressBound(uLong(bytes.count))
        let packed = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            let status = compress(buffer.baseAddress, &length, bytes, uLong(bytes.count))
            count = status == Z_OK ? Int(length) : 0
        }
        // It fails only when memory is gone; the text then counts as one that cannot be packed.
        return packed.isEmpty ? 1 : Double(bytes.count) / Double(packed.count)
    }
}
