import Audio
import TestSupport
import Testing

@Suite("G.711")
struct G711Tests {
    /// The positive values that a decoder gives, from the widths of the quantizing intervals that the standard's tables
    /// list: each is the middle of its interval.
    static func middles(from start: Double, _ intervals: [(count: Int, width: Double)]) -> [Double] {
        var edge = start
        return intervals.flatMap { count, width in
            (0..<count).map { _ in
                defer { edge += width }
                return edge + width / 2
            }
        }
    }

    /// Table 2a: `y0` is 0; the intervals begin at the decision value 1, up to 8159.
    static let muLaw =
        [0]
        + middles(
            from: 1,
            [(15, 2), (16, 4), (16, 8), (16, 16), (16, 32), (16, 64), (16, 128), (16, 256)]
        )

    /// Table 1a: from 0 up to 4096.
    static let aLaw = middles(from: 0, [(32, 2), (16, 4), (16, 8), (16, 16), (16, 32), (16, 64), (16, 128)])

    @Test("Decodes every mu-law code to the value of table 2", arguments: 0..<128)
    func muLaw(number: Int) {
        let value = Int16(Self.muLaw[number] * 4)
        #expect(G711.decodeMuLaw(UInt8(0xFF - number)) == value)
        #expect(G711.decodeMuLaw(UInt8(0x7F - number)) == -value)
    }

    @Test("Decodes every A-law code to the value of table 1", arguments: 0..<128)
    func aLaw(number: Int) {
        let value = Int16(Self.aLaw[number] * 8)
        #expect(G711.decodeALaw(UInt8(0x80 | number) ^ 0x55) == value)
        #expect(G711.decodeALaw(UInt8(number) ^ 0x55) == -value)
    }

    @Test("Decodes to what encodes to the same code, but for mu-law's negative zero", arguments: 0...UInt8.max)
    func roundTrip(code: UInt8) {
        #expect(G711Encoder.aLaw(G711.decodeALaw(code)) == code)
        #expect(G711Encoder.muLaw(G711.decodeMuLaw(code)) == (code == 0x7F ? 0xFF : code))
    }

    @Test("Comes back within half an interval from every sample that is not clipped")
    func error() {
        for sample in Int16.min...Int16.max {
            let magnitude = Int(sample.magnitude)
            let mu = abs(Int(G711.decodeMuLaw(G711Encoder.muLaw(sample))) - Int(sample))
            #expect(mu <= max(4, (magnitude + 132) / 32) || magnitude > 32_635)
            let a = abs(Int(G711.decodeALaw(G711Encoder.aLaw(sample))) - Int(sample))
            #expect(a <= max(8, magnitude / 32 + 1))
        }
    }
}
