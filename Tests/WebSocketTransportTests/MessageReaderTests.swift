import NIOCore
import Testing

@testable import WebSocketTransport

@Suite("The message reader")
struct MessageReaderTests {
    typealias Event = MessageReader.Event

    /// Feeds `bytes` in chunks that end at `cuts`.
    private func events(_ bytes: [UInt8], cuts: [Int] = [], limit: Int = 1 << 20) -> ([Event], WebSocketProtocolError?)
    {
        var reader = MessageReader(maxMessageSize: limit)
        var events: [Event] = []
        var start = 0
        for end in cuts + [bytes.count] {
            var chunk = ByteBuffer(bytes: bytes[start..<end])
            start = end
            do throws(WebSocketProtocolError) {
                while let event = try reader.next(from: &chunk) { events.append(event) }
                #expect(chunk.readableBytes == 0)
            } catch {
                return (events, error)
            }
        }
        return (events, nil)
    }

    @Test("Gives the same for every cut of the bytes into two or into single bytes")
    func cuts() {
        let text = Array("héllo €".utf8)
        let bytes =
            clientFrame(1, text) + clientFrame(1, [], isFinal: false) + clientFrame(9, Array("p".utf8))
            + clientFrame(0, Array(text.prefix(2)), isFinal: false) + clientFrame(10, []) + clientFrame(0, [0xA9])
            + clientFrame(2, Array(repeating: 200, count: 300), key: [0xFF, 0, 0x80, 7]) + clientFrame(2, [])
            + closeFrame(1001, "bye")
        let expected: [Event] = [
            .message(.text(ByteBuffer(bytes: text))), .ping(ByteBuffer(string: "p")), .pong,
            .message(.text("hé")), .message(.binary(ByteBuffer(repeating: 200, count: 300))),
            .message(.binary(ByteBuffer())), .close(WebSocketClose(.goingAway, reason: "bye")),
        ]
        for cut in 0...bytes.count {
            let (events, error) = events(bytes, cuts: [cut])
            #expect(events == expected && error == nil, "cut at \(cut)")
        }
        #expect(events(bytes, cuts: Array(0..<bytes.count)).0 == expected)
    }

    @Test("Refuses each breach, and gives what came before it")
    func breaches() {
        let good = clientFrame(2, [1])
        let cases: [([UInt8], WebSocketProtocolError)] = [
            (clientFrame(0, [1]), .unexpectedContinuation),
            (clientFrame(1, [97], isFinal: false) + clientFrame(1, [97]), .unfinishedMessage),
            (clientFrame(2, [97], isFinal: false) + clientFrame(2, [97]), .unfinishedMessage),
            (clientFrame(1, [0xC3]), .invalidUTF8),
            (clientFrame(1, [0xC3], isFinal: false) + clientFrame(0, [0x28]), .invalidUTF8),
            (clientFrame(1, [0xED, 0xA0, 0x80]), .invalidUTF8),
            (clientFrame(1, [0xC0, 0x80]), .invalidUTF8),
            (clientFrame(1, [0xF4, 0x90, 0x80, 0x80]), .invalidUTF8),
            (clientFrame(8, [3]), .badClosePayload),
            (closeFrame(1006), .badCloseCode(1006)),
            (clientFrame(8, [3, 232, 0xFF]), .invalidUTF8),
            (clientFrame(9, [], isFinal: false), .fragmentedControlFrame),
            (clientFrame(1, [97], key: nil), .unmasked),
        ]
        for (bytes, error) in cases {
            let (events, failure) = events(good + bytes)
            #expect(events == [.message(.binary(ByteBuffer(bytes: [1])))] && failure == error, "\(bytes)")
        }
    }

    @Test("Shares the memory of messages with another reader, and none of their bytes, also in the midst of one")
    func sharedMemory() throws {
        let spare = SpareMessage()
        var readers = (
            MessageReader(maxMessageSize: 1_000, spare: spare), MessageReader(maxMessageSize: 1_000, spare: spare)
        )
        func read(_ bytes: [UInt8], by reader: inout MessageReader) throws -> Event? {
            var bytes = ByteBuffer(bytes: bytes)
            return try reader.next(from: &bytes)
        }

        let first = clientFrame(2, Array(repeating: 1, count: 500))
        let kept = try read(first, by: &readers.0)
        #expect(try read(Array(first.prefix(300)), by: &readers.0) == nil)
        #expect(try read(clientFrame(2, [2, 2]), by: &readers.1) == .message(.binary(ByteBuffer(bytes: [2, 2]))))
        let whole = Event.message(.binary(ByteBuffer(repeating: 1, count: 500)))
        #expect(try read(Array(first.dropFirst(300)), by: &readers.0) == whole)
        #expect(kept == whole)
    }

    @Test("Counts fragments together against the limit, by what they announce")
    func limit() {
        let five: [UInt8] = [1, 2, 3, 4, 5]
        let begun = clientFrame(2, five, isFinal: false)
        #expect(events(begun + clientFrame(0, five), limit: 10).1 == nil)
        #expect(events(begun + clientFrame(0, five + [6]).prefix(1), limit: 10).1 == nil)
        #expect(events(begun + clientFrame(0, five + [6]).prefix(2), limit: 10).1 == .tooLarge(limit: 10))
        #expect(events(clientFrame(2, five) + clientFrame(2, five + five), limit: 10).1 == nil)
        // Control frames are not part of the message.
        #expect(events(begun + clientFrame(9, five + five) + clientFrame(0, five), limit: 10).1 == nil)
    }

    @Test("Agrees with a second reading of the protocol over random sequences", arguments: 0..<40)
    func randomSequences(seed: UInt64) {
        var random = SplitMix(state: seed)
        for _ in 0..<50 {
            let frames = (0..<Int.random(in: 1...8, using: &random)).map { _ in RandomFrame(using: &random) }
            let bytes = frames.flatMap { clientFrame($0.opcode, $0.payload, isFinal: $0.isFinal, key: $0.key) }
            let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            let (events, error) = events(bytes, cuts: cuts, limit: 500)
            let (expected, code) = secondReading(of: frames, limit: 500)
            #expect(events == expected)
            #expect(error?.closeCode.rawValue == code)
        }
    }

    /// Looks at whole frames, where the reader looks at bytes.
    private func secondReading(of frames: [RandomFrame], limit: Int) -> ([Event], UInt16?) {
        var events: [Event] = []
        var open: (isText: Bool, bytes: [UInt8])?
        for frame in frames {
            let isControl = frame.opcode >= 8
            if ![0, 1, 2, 8, 9, 10].contains(frame.opcode) || (isControl && !frame.isFinal) { return (events, 1002) }
            if isControl && frame.payload.count > 125 { return (events, 1002) }
            if !isControl && (open?.bytes.count ?? 0) + frame.payload.count > limit { return (events, 1009) }
            switch frame.opcode {
            case 9: events.append(.ping(ByteBuffer(bytes: frame.payload)))
            case 10: events.append(.pong)
            case 8:
                if frame.payload.count == 1 { return (events, 1002) }
                events.append(.close(WebSocketClose()))
            default:
                if (frame.opcode == 0) != (open != nil) { return (events, 1002) }
                let whole = (open?.bytes ?? []) + frame.payload
                let isText = open?.isText ?? (frame.opcode == 1)
                open = frame.isFinal ? nil : (isText, whole)
                guard frame.isFinal else { continue }
                if isText && String(validating: whole, as: UTF8.self) == nil { return (events, 1007) }
                let payload = ByteBuffer(bytes: whole)
                events.append(.message(isText ? .text(payload) : .binary(payload)))
            }
        }
        return (events, nil)
    }
}

private struct RandomFrame {
    var opcode: UInt8
    var isFinal: Bool
    var payload: [UInt8]
    var key: [UInt8]

    init(using random: inout SplitMix) {
        opcode = [0, 0, 0, 1, 1, 1, 2, 2, 9, 10, 8, 3].randomElement(using: &random) ?? 0
        isFinal = opcode >= 8 ? Int.random(in: 0..<20, using: &random) > 0 : Bool.random(using: &random)
        key = (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
        let sizes = opcode == 8 ? [0, 0, 1] : [0, 1, 2, 7, 8, 9, 60, 125, 126, 200]
        let size = sizes.randomElement(using: &random) ?? 0
        let letters: [[UInt8]] = [[97], [0xC3, 0xA9], [0xE2, 0x82, 0xAC], [0xF0, 0x9F, 0x8E, 0x99], [0xFF]]
        var bytes: [UInt8] = []
        while bytes.count < size {
            bytes += letters[Int.random(in: 0..<40, using: &random) == 0 ? 4 : Int.random(in: 0..<4, using: &random)]
        }
        payload = Array(bytes.prefix(size))
    }
}

/// A small generator whose sequence is fixed by its seed (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
