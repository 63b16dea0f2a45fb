/// A reader of zlib streams (RFC 1950, 1951) with fixed or no codes, for checking what was written.
struct Inflation {
    enum Failure: Error { case notZlib, unknownBlock, badSymbol, badDistance, badChecksum }

    private let source: [UInt8]
    private var bit = 16
    private var output: [UInt8] = []

    private init(_ source: [UInt8]) { self.source = source }

    static func bytes(of stream: [UInt8]) throws -> [UInt8] {
        guard stream.count > 6, stream[0] & 15 == 8, (Int(stream[0]) << 8 + Int(stream[1])) % 31 == 0 else {
            throw Failure.notZlib
        }
        var inflation = Inflation(stream)
        while try inflation.block() {}
        var sums = (1, 0)
        for byte in inflation.output {
            sums.0 = (sums.0 + Int(byte)) % 65_521
            sums.1 = (sums.1 + sums.0) % 65_521
        }
        let stored = stream.suffix(4).reduce(0) { $0 << 8 | Int($1) }
        guard (inflation.bit + 7) / 8 + 4 == stream.count, sums.1 << 16 | sums.0 == stored else {
            throw Failure.badChecksum
        }
        return inflation.output
    }

    private mutating func bits(_ count: Int) -> Int {
        defer { bit += count }
        return (0..<count).reduce(0) { $0 | Int(source[(bit + $1) / 8] >> UInt8((bit + $1) % 8) & 1) << $1 }
    }

    /// Returns whether another block follows.
    private mutating func block() throws -> Bool {
        let isLast = bits(1) == 1
        guard bits(2) == 1 else { throw Failure.unknownBlock }
        while case let symbol = try symbol(), symbol != 256 {
            if symbol < 256 { output.append(UInt8(symbol)) } else { try copy(symbol) }
        }
        return !isLast
    }

    private mutating func symbol() throws -> Int {
        var code = 0
        for length in 1...9 {
            code = code << 1 | bits(1)
            switch (length, code) {
            case (7, 0...0b0010111): return 256 + code
            case (8, 0b00110000...0b10111111): return code - 0b00110000
            case (8, 0b11000000...0b11000111): return 280 + code - 0b11000000
            case (9, 0b110010000...0b111111111): return 144 + code - 0b110010000
            default: continue
            }
        }
        throw Failure.badSymbol
    }

    /// The table of section 3.2.5, written out.
    private mutating func copy(_ symbol: Int) throws {
        let bases = [
            3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
            227, 258,
        ]
        let extra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
        guard symbol - 257 < bases.count else { throw Failure.badSymbol }
        let length = bases[symbol - 257] + bits(extra[symbol - 257])
        guard bits(5) == 0, let last = output.last else { throw Failure.badDistance }
        output += Array(repeating: last, count: length)
    }
}
