import Foundation
import JSON
import Logging
import Settings
import Synchronization
import Testing

@testable import StenoServer

@Suite("JSON log")
struct JSONLogHandlerTests {
    private final class Lines: TextOutputStream, Sendable {
        private let content = Mutex("")

        var text: String { content.withLock(\.self) }

        func write(_ string: String) { content.withLock { $0 += string } }
    }

    /// What a logger writes, which must be one line of JSON.
    private func written(_ log: (inout Logger) -> Void) throws -> JSONValue {
        let lines = Lines()
        var logger = Logger(label: "steno") {
            JSONLogHandler(label: $0, stream: lines, now: { Date(timeIntervalSince1970: 1_772_323_199.0075) })
        }
        log(&logger)
        let text = lines.text
        #expect(text.hasSuffix("\n") && text.count { $0 == "\n" } == 1)
        return try JSONValue(parsing: Array(text.utf8.dropLast()).span)
    }

    @Test("A line has the time, the level, the label, the message, and what belongs to it")
    func members() throws {
        let line = try written { logger in
            logger[metadataKey: "steno.key"] = "alice"
            logger.warning("Two\nlines, \"quoted\" \\ \u{1}", metadata: ["url": "http://127.0.0.1", "n": "\(1)"])
        }
        #expect(line["time"] == "2026-02-28T23:59:59.007Z")
        #expect(line["level"] == "warning" && line["label"] == "steno" && line["source"] == "StenoServerTests")
        #expect(line["message"] == "Two\nlines, \"quoted\" \\ \u{1}")
        #expect(line["steno.key"] == "alice" && line["url"] == "http://127.0.0.1" && line["n"] == "1")
    }

    @Test("Arrays and dictionaries stay what they are, and the nearer value counts")
    func nested() throws {
        let line = try written { logger in
            logger[metadataKey: "a"] = "far"
            logger.info("m", metadata: ["a": ["x", ["y": "\u{2028}é"]], "b": .stringConvertible(5)])
        }
        #expect(line["a"] == ["x", ["y": "\u{2028}é"]])
        #expect(line["b"] == "5")
    }

    @Test("What is named like a fixed member takes no place of it", arguments: ["time", "level", "label", "message"])
    func names(name: String) throws {
        let line = try written { $0.error("m", metadata: [name: "mine"]) }
        #expect(line["metadata.\(name)"] == "mine")
        #expect(line[name] != "mine" && line["message"] == "m")
    }

    @Test(
        "Writes the time as RFC 3339 has it, and rounds down",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_772_323_199.9999, "2026-02-28T23:59:59.999Z"),
        ]
    )
    func time(seconds: Double, text: String) {
        #expect(JSONLogHandler.timestamp(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test("The line about dropped lines is of the same form")
    func dropped() throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, capacity: 0, format: .json)
        let logger = Logger(label: "steno") { writer.handler(label: $0) }
        logger.error("There is no room for it")
        writer.close(within: .seconds(60))
        try pipe.fileHandleForWriting.close()
        let data = try #require(try pipe.fileHandleForReading.readToEnd())
        let lines = data.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 1)
        let line = try JSONValue(parsing: Array(try #require(lines.first)).span)
        #expect(line["steno.log.dropped"] == "1" && line["level"] == "warning")
    }
}
