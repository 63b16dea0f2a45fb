/// Packs bytes as a zlib stream (RFC 1950) of one deflate block (RFC 1951) with the fixed codes.
///
/// Only runs of one byte are packed: a picture whose lines were subtracted from each other is mostly zeros.
struct ZlibStream {
    private(set) var bytes: [UInt8] = [0x78, 0x01]
    private var pending: UInt32 = 0
    private var pendingCount = 0

    init(packing data: [UInt8]) {
        put(0b011, bits: 3)  // The last block, with fixed codes.
        var index = 0
        while index < data.count {
            let end = data[index...].prefix(1 + Self.longestRun).prefix { $0 == data[index] }.endIndex
            literal(data[index])
            let run = end - index - 1
            if run >= Self.shortestRun { repeatLast(run) }
            index = run >= Self.shortestRun ? end : index + 1
        }
        code(256)
        put(0, bits: (8 - pendingCount) % 8)
        bytes += Self.checksum(data).bigEndianBytes
    }

    private static let shortestRun = 3
    private static let longestRun = 258

    /// The fixed codes of RFC 1951 section 3.2.6.
    private mutating func code(_ symbol: UInt32) {
        switch symbol {
        case 0...143: put(reversed: 0x30 + symbol, bits: 8)
        case 144...255: put(reversed: 0x190 + symbol - 144, bits: 9)
        case 256...279: put(reversed: symbol - 256, bits: 7)
        default: put(reversed: 0xC0 + symbol - 280, bits: 8)
        }
    }

    private mutating func literal(_ byte: UInt8) { code(UInt32(byte)) }

    /// Repeats the last byte `count` times: a length of section 3.2.5, and the distance 1, whose code is 0.
    private mutating func repeatLast(_ count: Int) {
        let length = UInt32(count)
        switch length {
        case 3...10: code(254 + length)
        case 258: code(285)
        default:
            // Four codes for each number of extra bits; in each of them, as many lengths as those bits can say.
            let extra = 29 - (length - 3).leadingZeroBitCount
            let base = (length - 3) >> UInt32(extra)
            code(257 + UInt32(extra) * 4 + base)
            put(length - 3 - base << UInt32(extra), bits: extra)
        }
        put(reversed: 0, bits: 5)
    }

    private mutating func put(reversed code: UInt32, bits count: Int) {
        let mirrored = (0..<count).reduce(UInt32(0)) { $0 | (code >> UInt32($1) & 1) << UInt32(count - 1 - $1) }
        put(mirrored, bits: count)
    }

    private mutating func put(_ value: UInt32, bits count: Int) {
        pending |= value << UInt32(pendingCount)
        pendingCount += count
        while pendingCount >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingCount -= 8
        }
    }

    /// Adler-32, RFC 1950 section 9.
    private static func checksum(_ data: [UInt8]) -> UInt32 {
        var (first, second): (UInt32, UInt32) = (1, 0)
        for byte in data {
            first = (first + UInt32(byte)) % 65_521
            second = (second + first) % 65_521
        }
        return second << 16 | first
    }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> UInt32(24 - 8 * $0)) } }
}
