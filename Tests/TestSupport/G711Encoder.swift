/// G.711 codes of 16-bit samples, for tests of what decodes them.
///
/// Source: ITU-T G.711 (11/1988): the code of the interval between two decision values that the sample lies in.
public enum G711Encoder {
    public static func muLaw(_ sample: Int16) -> UInt8 {
        let magnitude = min(Int(sample.magnitude), 32_635) + 0x84
        return
            ~(code(of: magnitude, segment: Int.bitWidth - magnitude.leadingZeroBitCount - 8) | (sample < 0 ? 0x80 : 0))
    }

    public static func aLaw(_ sample: Int16) -> UInt8 {
        let magnitude = Int(sample < 0 ? ~sample : sample)
        let segment = Int.bitWidth - magnitude.leadingZeroBitCount - 8
        let bits = segment > 0 ? code(of: magnitude, segment: segment) : UInt8(magnitude >> 4)
        return (bits | (sample < 0 ? 0 : 0x80)) ^ 0x55
    }

    private static func code(of magnitude: Int, segment: Int) -> UInt8 {
        UInt8(segment << 4 | magnitude >> (segment + 3) & 0xF)
    }
}
