/// A PNG file (ISO/IEC 15948) of a canvas, with a palette.
public struct PNGFile: Equatable, Sendable {
    public let bytes: [UInt8]

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let remainders: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    public init(_ canvas: Canvas) {
        let size = UInt32(canvas.width).bigEndianBytes + UInt32(canvas.height).bigEndianBytes
        bytes =
            Self.signature
            // Eight bits per pixel, indexed colour, deflate, adaptive filters, not interlaced.
            + Self.chunk("IHDR", size + [8, 3, 0, 0, 0])
            + Self.chunk("PLTE", Colour.allCases.flatMap { $0.components })
            + Self.chunk("IDAT", ZlibStream(packing: Self.filtered(canvas)).bytes)
            + Self.chunk("IEND", [])
    }

    /// Each line less the one above (filter 2 of section 9.2).
    private static func filtered(_ canvas: Canvas) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity((canvas.width + 1) * canvas.height)
        for start in stride(from: 0, to: canvas.pixels.count, by: canvas.width) {
            lines.append(2)
            for index in start..<start + canvas.width {
                let above = index >= canvas.width ? canvas.pixels[index - canvas.width] : 0
                lines.append(canvas.pixels[index] &- above)
            }
        }
        return lines
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return UInt32(data.count).bigEndianBytes + body + checksum(body).bigEndianBytes
    }

    /// CRC-32, annex D.
    private static func checksum(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(UInt32.max) { remainders[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
    }
}
