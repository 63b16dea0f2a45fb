/// Reads server-sent events (the WHATWG's HTML standard, section 9.2.6) from pieces that are cut anywhere.
///
/// Only what events carry is of interest: names, ids, retry times and comments are skipped.
package struct EventStreamParser {
    private enum End {
        case none
        /// A carriage return, which a line feed may still belong to.
        case carriageReturn
    }

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var isAtStart = true
    private var end = End.none

    package init() {}

    /// Takes more of the stream, and gives the data of the events that it completes.
    package mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var events: [[UInt8]] = []
        var rest = bytes[...]
        if end == .carriageReturn, let first = rest.first {
            if first == Self.lineFeed { rest = rest.dropFirst() }
            end = .none
        }

        while let index = rest.firstIndex(where: { $0 == Self.lineFeed || $0 == Self.carriageReturn }) {
            line += rest[..<index]
            finishLine(into: &events)
            let isReturn = rest[index] == Self.carriageReturn
            rest = rest[(index + 1)...]
            guard isReturn else { continue }
            if rest.isEmpty { end = .carriageReturn }
            if rest.first == Self.lineFeed { rest = rest.dropFirst() }
        }

        line += rest
        return events
    }

    /// The event that the stream ends in.
    ///
    /// The standard throws it away where the empty line is missing, but some servers leave that out.
    package mutating func finish() -> [[UInt8]] {
        var events: [[UInt8]] = []
        if !line.isEmpty { finishLine(into: &events) }
        finishEvent(into: &events)
        return events
    }

    private mutating func finishLine(into events: inout [[UInt8]]) {
        defer { line.removeAll(keepingCapacity: true) }
        if isAtStart, line.starts(with: Self.byteOrderMark) { line.removeFirst(3) }
        isAtStart = false
        guard !line.isEmpty else { return finishEvent(into: &events) }

        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        guard line[..<colon].elementsEqual("data".utf8) else { return }
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if hasData { data.append(Self.lineFeed) }
        data += value
        hasData = true
    }

    private mutating func finishEvent(into events: inout [[UInt8]]) {
        if !data.isEmpty { events.append(data) }
        data = []
        hasData = false
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
