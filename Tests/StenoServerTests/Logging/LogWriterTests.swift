import Foundation
import Logging
import TestSupport
import Testing

@testable import StenoServer

@Suite("Log writer", .timeLimit(.minutes(1)))
struct LogWriterTests {
    private static func line(_ number: Int) -> String { "line \(number) " + String(repeating: "x", count: 90) + "\n" }

    @Test("Nobody waits for a pipe that is full, and what was dropped is told when it is read again")
    func fullPipe() throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, capacity: 10_000)
        // Ten times what the pipe and the queue hold. Were a write to wait for a reader, this would never end.
        for number in 0..<10_000 { writer.write(Self.line(number)) }
        let dropped = writer.dropped
        #expect(dropped > 0)

        let reader = Thread {
            writer.close(within: .seconds(60))
            try? pipe.fileHandleForWriting.close()
        }
        reader.start()
        let data = try pipe.fileHandleForReading.readToEnd()
        let lines = String(decoding: data ?? Data(), as: UTF8.self).split(separator: "\n")
        let kept = lines.filter { $0.hasPrefix("line ") }
        let notices = lines.filter { $0.contains("Log lines dropped") }
        #expect(kept.count + dropped == 10_000)
        #expect(notices.count + kept.count == lines.count)
        #expect(
            notices.compactMap { $0.firstMatch(of: /steno\.log\.dropped=(\d+)/) }.compactMap { Int($0.1) }.reduce(0, +)
                == dropped
        )

        let numbers = kept.compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
        let areWhole = zip(kept, numbers).allSatisfy { $0 == Self.line($1).dropLast() }
        #expect(areWhole && numbers == numbers.sorted(), "Whole lines, in order")
    }

    @Test("Writing goes on after lines were dropped")
    func resumption() {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, capacity: 10_000)
        for number in 0..<2_000 { writer.write(Self.line(number)) }
        var text = ""
        // Lines are dropped until the queue is taken, and each of them is still to be told of, so there is more to read.
        var dropped = -1
        while dropped != writer.dropped {
            text += String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            dropped = writer.dropped
            writer.write("after\n")
        }
        while !text.hasSuffix("after\n") {
            text += String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        }
        writer.close(within: .seconds(60))
    }

    @Test("A reader that has gone costs lines, not the process")
    func brokenPipe() throws {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        writer.write("nobody reads this\n")
        writer.close(within: .seconds(60))
        #expect(writer.dropped == 1)
    }

    @Test("Closing does not wait longer for a reader than it may")
    func close() throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        for number in 0..<2_000 { writer.write(Self.line(number)) }
        writer.close(within: .milliseconds(1))
        writer.write("late\n")
        #expect(writer.dropped == 1)
        // The thread must have ended before its descriptor is another's.
        try pipe.fileHandleForReading.close()
        writer.close(within: .seconds(60))
    }
}
