import CZlib

/// A ZIP archive with a card in it as `card.json`; what else it holds, such as pictures, is left out.
///
/// Source: PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16. The central directory tells where things are, so that
/// an archive may begin with something else.
enum CHARXCard {
    static let signature = Array("PK".utf8)
    static let name = Array("card.json".utf8)
    private static let endLength = 22
    private static let entryLength = 46
    private static let headerLength = 30
    /// The longest comment behind the directory.
    private static let maximumComment = 65_535

    static func card(in file: [UInt8]) throws(CardError) -> [UInt8] {
        let end = try endOfDirectory(in: file)
        var place = number(file, place: end + 16, count: 4)
        let count = number(file, place: end + 10, count: 2)
        for _ in 0..<count {
            guard place <= file.count - entryLength, number(file, place: place, count: 4) == 0x0201_4B50 else {
                throw broken
            }
            let nameLength = number(file, place: place + 28, count: 2)
            let next =
                place + entryLength + nameLength + number(file, place: place + 30, count: 2)
                + number(file, place: place + 32, count: 2)
            guard next <= file.count else { throw broken }
            if file[(place + entryLength)..<(place + entryLength + nameLength)].elementsEqual(name) {
                return try contents(of: file, entry: place)
            }
            place = next
        }

        throw .damaged("the archive has no 'card.json'")
    }

    private static let broken = CardError.damaged("the directory of the archive cannot be read")

    private static func endOfDirectory(in file: [UInt8]) throws(CardError) -> Int {
        guard file.count >= endLength else { throw broken }
        let last = file.count - endLength
        for place in stride(from: last, through: max(last - maximumComment, 0), by: -1)
        where number(file, place: place, count: 4) == 0x0605_4B50 {
            return place
        }
        throw broken
    }

    /// The bytes of an entry, unpacked.
    private static func contents(of file: [UInt8], entry: Int) throws(CardError) -> [UInt8] {
        let (method, packed, size) = (
            number(file, place: entry + 10, count: 2), number(file, place: entry + 20, count: 4),
            number(file, place: entry + 24, count: 4)
        )
        let header = number(file, place: entry + 42, count: 4)
        guard size <= CharacterLimits.card else { throw .tooLarge(limit: CharacterLimits.card) }
        guard header <= file.count - headerLength, number(file, place: header, count: 4) == 0x0403_4B50 else {
            throw broken
        }
        let start =
            header + headerLength + number(file, place: header + 26, count: 2)
            + number(file, place: header + 28, count: 2)
        guard start <= file.count, packed <= file.count - start else { throw broken }
        let data = file[start..<(start + packed)]
        let contents: [UInt8]
        switch method {
        case 0: contents = Array(data)
        case 8: contents = try inflated(data, size: size)
        default: throw .damaged("'card.json' is packed in a way that is not known")
        }

        let sum = contents.withUnsafeBufferPointer { crc32(0, $0.baseAddress, uInt($0.count)) }
        guard contents.count == size, Int(sum) == number(file, place: entry + 16, count: 4) else {
            throw .damaged("'card.json' in the archive is not what it was")
        }
        return contents
    }

    /// - Parameter size: What the archive says; what unpacks to more is damaged, and not unpacked further.
    private static func inflated(_ data: ArraySlice<UInt8>, size: Int) throws(CardError) -> [UInt8] {
        var stream = z_stream()
        let version = zlibVersion()
        guard inflateInit2_(&stream, -MAX_WBITS, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .damaged("the archive cannot be unpacked")
        }
        defer { inflateEnd(&stream) }
        var input = Array(data)
        var output = [UInt8](repeating: 0, count: size + 1)
        let status = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                return inflate(&stream, Z_FINISH)
            }
        }

        guard status == Z_STREAM_END, Int(stream.total_out) == size else {
            throw .damaged("'card.json' cannot be unpacked")
        }
        return Array(output.prefix(size))
    }

    /// A number of so many bytes, the lowest first.
    private static func number(_ file: [UInt8], place: Int, count: Int) -> Int {
        file[place..<(place + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
