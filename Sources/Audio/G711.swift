/// Decoding of the telephone network's 8-bit codes: 8000 samples per second, one byte each.
///
/// Samples come out at the scale of 16 bits: A-law's 13 bits times 8, mu-law's 14 bits times 4.
///
/// Source: ITU-T G.711 (11/1988), tables 1a and 1b (A-law), 2a and 2b (mu-law).
public enum G711 {
    /// Samples per second, of both laws.
    public static let rate = 8_000

    /// The sample of a mu-law code, -32124...32124.
    public static func decodeMuLaw(_ code: UInt8) -> Int16 { muLaw[Int(code)] }

    /// The sample of an A-law code, -32256...32256; never 0.
    public static func decodeALaw(_ code: UInt8) -> Int16 { aLaw[Int(code)] }

    /// The sample of every code.
    static let muLaw: [Int16] = (0...255).map { code in
        // All bits are sent inverted. Each segment is twice as wide as the one before; the bias makes them one formula.
        let (bits, bias) = (~code, 0x84)
        let magnitude = ((bits & 0xF) << 3 + bias) << (bits >> 4 & 7) - bias
        return Int16(bits & 0x80 == 0 ? magnitude : -magnitude)
    }

    /// The sample of every code.
    static let aLaw: [Int16] = (0...255).map { code in
        // Even bits are sent inverted. The first two segments have the same width.
        let bits = code ^ 0x55
        let (segment, step) = (bits >> 4 & 7, (bits & 0xF) << 4 + 8)
        let magnitude = segment == 0 ? step : (step + 0x100) << (segment - 1)
        return Int16(bits & 0x80 == 0 ? -magnitude : magnitude)
    }
}
