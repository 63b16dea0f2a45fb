import TestSupport
import Testing

@testable import StenoServer

@Suite("Multipart parser")
struct MultipartParserTests {
    /// A part as a whole.
    struct Part: Equatable {
        var header: [String: String]
        var data: String
    }

    /// The parts, or `nil` for a body that is no form.
    static func parts(_ pieces: [[UInt8]], boundary: String = "b") -> [Part]? {
        var parser = MultipartParser(boundary: boundary)
        var parts: [Part] = []
        var data: [UInt8] = []
        do {
            for event in try pieces.flatMap({ try parser.feed($0) }) {
                switch event {
                case .began(let header):
                    parts.append(Part(header: header, data: ""))
                    data = []
                case .data(let bytes): data += bytes
                case .ended: parts[parts.count - 1].data = String(decoding: data, as: UTF8.self)
                }
            }
            try parser.finish()
            return parts
        } catch {
            return nil
        }
    }

    static func parts(_ body: String) -> [Part]? { parts([Array(body.utf8)]) }

    /// The same by a definition of its own: line by line, with the whole body at hand.
    static func reference(_ body: String, boundary: String = "b") -> [Part]? {
        let lines = Array(body.utf8).split(line: [0x0D, 0x0A]).map { String(decoding: $0, as: UTF8.self) }
        var parts: [Part] = []
        var header: [String]?
        var data: [String]?
        var isInside = false
        for (index, line) in lines.enumerated() {
            let isEnded = index < lines.count - 1
            if var fields = header {
                guard isEnded else { return nil }
                fields.append(line)
                header = fields
                guard line.isEmpty else { continue }
                guard let parsed = Self.header(fields.dropLast()) else { return nil }
                parts.append(Part(header: parsed, data: ""))
                header = nil
                data = []
                continue
            }
            let isClosing = line.hasPrefix("--\(boundary)--")
            let rest = line.dropFirst(2 + boundary.count)
            let isNext = isEnded && line.hasPrefix("--\(boundary)") && rest.allSatisfy { $0 == " " || $0 == "\t" }
            if isClosing || isNext {
                if isInside { parts[parts.count - 1].data = (data ?? []).joined(separator: "\r\n") }
                if isClosing { return parts }
                isInside = true
                header = []
            } else {
                data?.append(line)
            }
        }
        return nil
    }

    private static func header(_ lines: ArraySlice<String>) -> [String: String]? {
        var fields: [(String, String)] = []
        for line in lines {
            let scalars = Array(line.unicodeScalars)
            if let first = scalars.first, first == " " || first == "\t", let last = fields.popLast() {
                fields.append((last.0, last.1 + " " + line.trimmingBlanks))
            } else {
                let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, !halves[0].isEmpty, !halves[0].contains(where: \.isWhitespace) else {
                    return nil
                }
                fields.append((halves[0].lowercased(), halves[1].trimmingBlanks))
            }
        }
        return Dictionary(fields) { first, _ in first }
    }

    static let form = """
        preamble\r
        --b\r
        Content-Disposition: form-data; name="model"\r
        \r
        whisper-1\r
        --b \t\r
        content-disposition: form-data;\r
          name="file"; filename="a.wav"\r
        Content-Type: audio/wav\r
        \r
        RIFF\r\n\r--b\r\r\n--\r\n--bx\r\n-\r
        --b\r
        X: 1\r
        \r
        --b--\r
        epilogue --b
        """

    @Test("Finds the parts of a form")
    func form() {
        let disposition = "form-data; name=\"file\"; filename=\"a.wav\""
        #expect(
            Self.parts(Self.form) == [
                Part(header: ["content-disposition": "form-data; name=\"model\""], data: "whisper-1"),
                Part(
                    header: ["content-disposition": disposition, "content-type": "audio/wav"],
                    data: "RIFF\r\n\r--b\r\r\n--\r\n--bx\r\n-"
                ),
                Part(header: ["x": "1"], data: ""),
            ]
        )
    }

    @Test("Finds the same parts however the body is split in two, and byte by byte")
    func splits() {
        let bytes = Array(Self.form.utf8)
        let whole = Self.parts([bytes])
        #expect(whole != nil)
        #expect(whole == Self.reference(Self.form))
        for index in bytes.indices {
            #expect(Self.parts([Array(bytes[..<index]), Array(bytes[index...])]) == whole, "split at \(index)")
        }
        #expect(Self.parts(bytes.map { [$0] }) == whole)
    }

    @Test("Agrees with a definition by lines, over random bodies and splits")
    func random() {
        let pieces = [
            "\r", "\n", "\r\n", "-", "--", "--b", "--bx", "--b--", "b", "a", ": ", " ", "H: v", "\r\n\r\n", "\t",
            "\r\n--b\r\n", "--b\r\nN: v\r\n\r\n", "\r\n--b--", "X",
        ]
        var generator = SeededGenerator(seed: 7)
        var outcomes = [true: 0, false: 0]
        for _ in 0..<5_000 {
            let start = Bool.random(using: &generator) ? "--b\r\nN: v\r\n\r\n" : ""
            let end = Bool.random(using: &generator) ? "\r\n--b--" : ""
            let count = Int.random(in: 0...8, using: &generator)
            let middle = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            let body = start + middle + end
            let expected = Self.reference(body)
            outcomes[expected == nil, default: 0] += 1
            #expect(Self.parts(body) == expected, "\(body.debugDescription)")
            var rest = Array(body.utf8)[...]
            var split: [[UInt8]] = []
            while !rest.isEmpty {
                let length = Int.random(in: 1...max(1, min(rest.count, 5)), using: &generator)
                split.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            #expect(Self.parts(split) == expected, "\(body.debugDescription) in \(split.map(\.count))")
        }
        #expect(outcomes.values.allSatisfy { $0 > 800 }, "\(outcomes)")
    }

    @Test("Takes data of every byte, over a megabyte")
    func binary() throws {
        var generator = SeededGenerator(seed: 1)
        let data = (0..<250_000).flatMap { _ -> [UInt8] in
            [0x0D, 0x0A, 0x2D, UInt8.random(in: 0...255, using: &generator)]
        }
        let body = Array("--b\r\nA: b\r\n\r\n".utf8) + data + Array("\r\n--b--".utf8)
        var parser = MultipartParser(boundary: "b")
        var received: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: 60_001) {
            for case .data(let bytes) in try parser.feed(Array(body[start..<min(start + 60_001, body.count)])) {
                received += bytes
            }
        }
        try parser.finish()
        #expect(received == data)
    }

    @Test("Takes a header that comes byte by byte without reading it again each time")
    func slowHeader() throws {
        // Read from its beginning with every byte, this were 8 GB.
        var parser = MultipartParser(boundary: "b", limits: .init(header: 128 << 10))
        let value = String(repeating: "x", count: 127 << 10)
        var events: [MultipartParser.Event] = []
        for byte in Array("--b\r\nA: \(value)\r\n\r\n\r\n--b--".utf8) { events += try parser.feed([byte]) }
        #expect(events == [.began(["a": value]), .ended])
    }

    @Test(
        "Knows what can be a boundary",
        arguments: [
            ("b", true), ("----WebKitFormBoundary7MA4YWxkTrZu0gW", true), ("a b'()+_,-./:=?Z9", true),
            (String(repeating: "x", count: 70), true), (String(repeating: "x", count: 71), false), ("", false),
            ("b ", false), ("a\r\n--", false), ("a\tb", false), ("a;b", false), ("ä", false), ("a\"b", false),
            (String(repeating: "\r\n--", count: 17), false),
        ]
    )
    func boundaries(text: String, isOne: Bool) {
        #expect(MultipartParser.isBoundary(text) == isOne)
    }

    @Test("Refuses a header without end, and parts without number")
    func limits() throws {
        var parser = MultipartParser(boundary: "b", limits: .init(header: 100, parts: 3))
        #expect(throws: MultipartError.headerTooLong(limit: 100)) {
            _ = try parser.feed(Array("--b\r\nA: \(String(repeating: "x", count: 98))".utf8))
        }
        parser = MultipartParser(boundary: "b", limits: .init(header: 100, parts: 3))
        let part = "--b\r\nA: b\r\n\r\n\r\n"
        _ = try parser.feed(Array(String(repeating: part, count: 3).utf8))
        #expect(throws: MultipartError.tooManyParts(limit: 3)) { _ = try parser.feed(Array(part.utf8)) }
    }

    @Test(
        "Refuses what is no form",
        arguments: [
            "", "--b", "--b\r\n", "--b\r\nA: b\r\n\r\ntext", "--b\r\nno colon\r\n\r\n\r\n--b--",
            "--b\r\n: x\r\n\r\n\r\n--b--",
        ]
    )
    func refuses(body: String) {
        #expect(Self.parts(body) == nil)
    }

    @Test(
        "Reads a header's value and parameters",
        arguments: [
            (#"form-data; name="file"; filename="a.wav""#, "form-data", ["name": "file", "filename": "a.wav"]),
            (#"FORM-DATA ; Name = file;x"#, "form-data", ["name": "file"]),
            (
                #"form-data; name="a\"b\\c"; filename="C:\dir\a.wav""#, "form-data",
                ["name": #"a"b\c"#, "filename": #"C:\dir\a.wav"#]
            ),
            (#"form-data; name="a%22b%0D%0A%41""#, "form-data", ["name": "a\"b\r\n%41"]),
            (
                #"multipart/form-data; charset=utf-8; boundary="a;b=c""#, "multipart/form-data",
                ["charset": "utf-8", "boundary": "a;b=c"]
            ),
            (#"a; name="open"#, "a", ["name": "open"]),
            (#"a; name=; =x; name=second"#, "a", ["name": ""]),
            ("", "", [:]),
        ] as [(String, String, [String: String])]
    )
    func parameters(text: String, value: String, parameters: [String: String]) {
        let header = ParameterizedHeader(text)
        #expect(header.value == value)
        #expect(header.parameters == parameters)
    }
}

extension [UInt8] {
    /// The lines between the line ends, without them.
    fileprivate func split(line end: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var index = 0
        while index < count {
            if self[index...].starts(with: end) {
                lines.append([])
                index += end.count
            } else {
                lines[lines.count - 1].append(self[index])
                index += 1
            }
        }
        return lines
    }
}
