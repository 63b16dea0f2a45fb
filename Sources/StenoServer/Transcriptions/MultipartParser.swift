import Glibc

/// Cuts a `multipart/form-data` body into parts while it arrives.
///
/// Source: RFC 7578, and RFC 2046 section 5.1.1 for the delimiters. A line that only begins with the boundary is not a
/// delimiter, so a boundary that is the start of another does no harm. Fed with pieces of any size it gives the same
/// parts, and it holds no more than one piece, one header or one delimiter.
struct MultipartParser {
    /// What came, in order; a part is one `.began`, its data in any number of pieces, and one `.ended`.
    enum Event: Equatable {
        /// The part's header: names in lower case, folded lines joined.
        case began([String: String])
        /// Never empty.
        case data([UInt8])
        case ended
    }

    /// What a body may not exceed.
    struct Limits {
        /// Bytes of one part's header.
        var header = 16 << 10
        var parts = 1_000
    }

    private enum State {
        case preamble
        case header
        /// At the empty line behind a header, whose line end may belong to the next delimiter already.
        case empty
        case data
        case epilogue
    }

    private let delimiter: [UInt8]
    private let limits: Limits
    // A delimiter begins with the end of the line before it; the first one may have none.
    private var buffer: [UInt8] = [0x0D, 0x0A]
    private var state = State.preamble
    private var parts = 0
    /// Bytes of a header that have been searched for its end already.
    private var searched = 0

    /// Whether a text can be a boundary (RFC 2046 section 5.1.1).
    ///
    /// None has a line end in it, so that a delimiter begins at one place of the body only.
    static func isBoundary(_ text: String) -> Bool {
        let isAllowed = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || "0123456789'()+_,-./:=? ".unicodeScalars.contains(scalar))
        }
        return isAllowed && (1...70).contains(text.utf8.count) && text.last != " "
    }

    /// - Parameter boundary: The parameter of the content type, without quotes; `isBoundary`.
    init(boundary: String, limits: Limits = Limits()) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.limits = limits
    }

    /// Takes the next bytes of the body.
    mutating func feed(_ bytes: [UInt8]) throws(MultipartError) -> [Event] {
        guard state != .epilogue else { return [] }
        buffer.append(contentsOf: bytes)
        var events: [Event] = []
        var position = 0
        while try step(&position, events: &events) {}
        buffer.removeFirst(position)
        return events
    }

    /// Checks that the body is whole.
    func finish() throws(MultipartError) {
        guard state == .epilogue else { throw .incomplete }
    }

    /// Whether there may be more to do with what is buffered.
    private mutating func step(_ position: inout Int, events: inout [Event]) throws(MultipartError) -> Bool {
        switch state {
        case .preamble, .data: return try scan(&position, events: &events)
        case .header: return try readHeader(&position, events: &events)
        case .empty: return try startData(&position, events: &events)
        case .epilogue:
            position = buffer.count
            return false
        }
    }

    /// Passes on what lies before the next delimiter.
    private mutating func scan(_ position: inout Int, events: inout [Event]) throws(MultipartError) -> Bool {
        var candidate = position
        while let start = firstCarriageReturn(from: candidate) {
            switch match(at: start) {
            case .none: candidate = start + 1
            case .unfinished:
                pass(position..<start, events: &events)
                position = start
                return false
            case .delimiter(let end, let isLast):
                pass(position..<start, events: &events)
                position = end
                try endPart(isLast: isLast, &events)
                return true
            }
        }

        pass(position..<buffer.count, events: &events)
        position = buffer.count
        return false
    }

    private mutating func startData(_ position: inout Int, events: inout [Event]) throws(MultipartError) -> Bool {
        switch match(at: position) {
        case .unfinished: return false
        case .none:
            position += 2
            state = .data
        case .delimiter(let end, let isLast):
            position = end
            try endPart(isLast: isLast, &events)
        }
        return true
    }

    private mutating func endPart(isLast: Bool, _ events: inout [Event]) throws(MultipartError) {
        if state != .preamble { events.append(.ended) }
        if isLast {
            state = .epilogue
            return
        }
        parts += 1
        guard parts <= limits.parts else { throw .tooManyParts(limit: limits.parts) }
        state = .header
    }

    private func pass(_ range: Range<Int>, events: inout [Event]) {
        guard state == .data, !range.isEmpty else { return }
        events.append(.data(Array(buffer[range])))
    }

    private mutating func readHeader(_ position: inout Int, events: inout [Event]) throws(MultipartError) -> Bool {
        guard let end = endOfHeader(from: position) else {
            // What came byte by byte is not searched again with every byte; three may belong to the end.
            searched = max(0, buffer.count - position - 3)
            guard buffer.count - position <= limits.header else { throw .headerTooLong(limit: limits.header) }
            return false
        }

        guard end - position <= limits.header else { throw .headerTooLong(limit: limits.header) }
        searched = 0
        events.append(.began(try Self.fields(lines(position..<end))))
        position = end
        state = .empty
        return true
    }

    /// Where the empty line behind a header begins.
    private func endOfHeader(from start: Int) -> Int? {
        if starts(with: [0x0D, 0x0A], at: start) { return start }
        var candidate = start + searched
        while let end = firstCarriageReturn(from: candidate) {
            if starts(with: [0x0D, 0x0A, 0x0D, 0x0A], at: end) { return end + 2 }
            candidate = end + 1
        }
        return nil
    }

    private func lines(_ range: Range<Int>) -> [String] {
        var lines: [String] = []
        var start = range.lowerBound
        while start < range.upperBound, let end = endOfLine(from: start) {
            lines.append(String(decoding: buffer[start..<end], as: UTF8.self))
            start = end + 2
        }
        return lines
    }

    private static func fields(_ lines: [String]) throws(MultipartError) -> [String: String] {
        var fields: [(name: String, value: String)] = []
        for line in lines {
            if line.first == " " || line.first == "\t", !fields.isEmpty {
                fields[fields.count - 1].value += " " + line.trimmingBlanks
                continue
            }
            guard let colon = line.firstIndex(of: ":") else { throw .badHeader }
            let name = line[..<colon].lowercased()
            guard !name.isEmpty, !name.contains(where: \.isWhitespace) else { throw .badHeader }
            fields.append((name, line[line.index(after: colon)...].trimmingBlanks))
        }

        return Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
    }

    private enum Match {
        case none
        /// More bytes decide.
        case unfinished
        /// The next part, or the epilogue, begins at `end`.
        case delimiter(end: Int, isLast: Bool)
    }

    /// The longest white space that may follow a boundary.
    private static let maximumPadding = 256

    private func match(at start: Int) -> Match {
        guard starts(with: delimiter[...], at: start) else {
            let rest = buffer.count - start
            return rest < delimiter.count && starts(with: delimiter.prefix(rest), at: start) ? .unfinished : .none
        }

        var index = start + delimiter.count
        if index < buffer.count, buffer[index] == UInt8(ascii: "-") {
            guard index + 1 < buffer.count else { return .unfinished }
            return buffer[index + 1] == UInt8(ascii: "-") ? .delimiter(end: index + 2, isLast: true) : .none
        }

        let padded = index + Self.maximumPadding
        while index < buffer.count, index < padded, [0x20, 0x09].contains(buffer[index]) { index += 1 }
        guard index < buffer.count else { return .unfinished }
        guard buffer[index] == 0x0D else { return .none }
        guard index + 1 < buffer.count else { return .unfinished }
        return buffer[index + 1] == 0x0A ? .delimiter(end: index + 2, isLast: false) : .none
    }

    private func starts(with bytes: ArraySlice<UInt8>, at start: Int) -> Bool {
        start + bytes.count <= buffer.count && buffer[start..<start + bytes.count].elementsEqual(bytes)
    }

    private func endOfLine(from start: Int) -> Int? {
        var candidate = start
        while let end = firstCarriageReturn(from: candidate) {
            guard end + 1 < buffer.count else { return nil }
            if buffer[end + 1] == 0x0A { return end }
            candidate = end + 1
        }
        return nil
    }

    /// Audio is searched byte by byte, which the C library does many at a time.
    private func firstCarriageReturn(from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            guard let found = memchr(base + start, 0x0D, bytes.count - start) else { return nil }
            return found - UnsafeMutableRawPointer(mutating: base)
        }
    }
}

/// Why a body is not the form it says it is.
enum MultipartError: Error, Equatable, CustomStringConvertible {
    /// It ends before its last boundary.
    case incomplete
    case badHeader
    case headerTooLong(limit: Int)
    case tooManyParts(limit: Int)

    var description: String {
        switch self {
        case .incomplete: "The form ends before its closing boundary. Send the whole body."
        case .badHeader: "A part of the form has a header line that is not 'Name: value'."
        case .headerTooLong(let limit): "A part of the form has a header of more than \(limit) bytes."
        case .tooManyParts(let limit): "The form has more than \(limit) parts."
        }
    }
}
