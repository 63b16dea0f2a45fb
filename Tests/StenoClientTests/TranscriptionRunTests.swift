import Audio
import Glibc
import NIOCore
import NIOPosix
import NIOWebSocket
import Synchronization
import TestSupport
import Testing

@testable import StenoClient

@Suite("Transcription run", .timeLimit(.minutes(1)))
struct TranscriptionRunTests {
    static let clip = AudioClip(samples: ramp(11_025), sampleRate: 11_025)

    /// Runs a clip and returns its events; what it throws is thrown.
    static func events(
        _ clip: AudioClip = clip,
        language: String? = nil,
        script: @escaping ScriptedServer.Script
    ) async throws -> [TranscriptionRun<ContinuousClock>.Event] {
        let events = Shared<[TranscriptionRun<ContinuousClock>.Event]>([])
        try await ScriptedServer.run(script) { url in
            let run = TranscriptionRun(clip: clip, url: try ServerURL(url), language: language)
            try await run.run { event in events.update { $0.append(event) } }
        }
        return events.value
    }

    /// The error that a run against the script ends with.
    static func failure(script: @escaping ScriptedServer.Script) async throws -> StenoClientError? {
        await #expect(throws: StenoClientError.self) { _ = try await events(script: script) }
    }

    @Test(
        "Sends settings, all audio in pieces of 100 ms, and a Close frame, all masked",
        arguments: [nil, "en", "a\"b"]
    )
    func sends(language: String?) async throws {
        let received = Shared<[Peer.Message]>([])
        let (target, unmasked) = (Shared(""), Shared(-1))
        _ = try await Self.events(language: language) { peer in
            let messages = try await peer.receiveAll()
            received.update { $0 = messages }
            target.update { [peer] in $0 = peer.target }
            unmasked.update { [peer] in $0 = peer.unmaskedFrames }
            try await peer.close(1000)
        }
        var messages = received.value
        #expect(target.value == "/ws?include_audio=false")
        #expect(unmasked.value == 0)
        #expect(messages.audio == Array(WAVFile(sampleRate: 11_025, samples: Self.clip.samples).encoded()[44...]))
        let last = messages.removeLast()
        #expect(last == .close(code: 1000))
        if let language {
            let first = messages.removeFirst()
            #expect(first == .json(["type": "session.update", "session.language": language]))
        }
        // 11,025 samples in pieces of 1,102: ten whole ones and one of five samples.
        #expect(messages.count == 11)
        for message in messages {
            guard case .json(let fields) = message else { continue }
            #expect(fields["type"] == "input_audio_buffer.append")
            #expect(fields["sample_rate"] == "11025")
        }
    }

    @Test("Reports utterances in order, those flushed after its own Close frame too")
    func utterances() async throws {
        let events = try await Self.events { peer in
            _ = try await peer.receive()
            try await peer.send(#"{"type":"session.created"}"#)
            try await peer.send(.binary, ByteBuffer(bytes: [1, 2]))
            try await peer.transcript("one", id: "item_1")
            _ = try await peer.receiveAll()
            try await peer.transcript("two", id: "item_2")
            try await peer.transcript("three", id: "item_3")
            try await peer.close(1000)
        }
        let texts = events.compactMap { event in
            if case .utterance(let utterance) = event { utterance.itemID + " " + utterance.transcript } else { nil }
        }
        #expect(texts == ["item_1 one", "item_2 two", "item_3 three"])
        #expect(events.first == .connected)
        let positions = events.compactMap { event in
            if case .sent(let position, _) = event { position } else { nil }
        }
        #expect(positions == Array(stride(from: 1_102, through: 11_020, by: 1_102)) + [11_025])
    }

    @Test("Joins fragments of a message, with a ping between them")
    func fragments() async throws {
        let text = #"{"type":"error","message":"äöü"}"#
        let bytes = Array(text.utf8)
        let events = try await Self.events { peer in
            _ = try await peer.receiveAll()
            // Cuts inside a character.
            try await peer.send(.text, ByteBuffer(bytes: bytes[..<27]), fin: false)
            try await peer.send(.ping, ByteBuffer())
            try await peer.send(.continuation, ByteBuffer(bytes: bytes[27...]))
            try await peer.close(1000)
        }
        #expect(events.contains(.failure(ServerFailure(message: "äöü"))))
    }

    @Test("Goes on after an error event")
    func errorEvent() async throws {
        let events = try await Self.events { peer in
            _ = try await peer.receive()
            try await peer.send(#"{"type":"error","message":"No.","code":"backend_timeout","item_id":"item_1"}"#)
            _ = try await peer.receiveAll()
            try await peer.transcript("after")
            try await peer.close(1000)
        }
        let failure = ServerFailure(message: "No.", code: "backend_timeout", itemID: "item_1")
        #expect(events.contains(.failure(failure)))
        #expect(events.last.map { if case .utterance = $0 { true } else { false } } == true)
    }

    @Test("Answers pings with their payload")
    func pings() async throws {
        let pongs = Shared<[String]>([])
        _ = try await Self.events { peer in
            try await peer.send(.ping, ByteBuffer(string: "a"))
            let messages = try await peer.receiveAll()
            for case .json(let fields) in messages where fields["type"] == "pong" {
                pongs.update { $0.append(fields["payload"] ?? "") }
            }
            try await peer.close(1000)
        }
        // A client that is done sends its Close frame instead.
        #expect(pongs.value == ["a"])
    }

    @Test("Fails when the server closes with another code", arguments: [false, true])
    func closed(afterFlush: Bool) async throws {
        // More than the sockets hold, so that the client cannot be done before it reads the Close frame.
        let clip = afterFlush ? Self.clip : AudioClip(samples: ramp(48_000 * 60), sampleRate: 48_000)
        let error = await #expect(throws: StenoClientError.self) {
            _ = try await Self.events(clip) { peer in
                if afterFlush { _ = try await peer.receiveAll() } else { _ = try await peer.receive() }
                try await peer.close(1001, "deploy")
                // Unread bytes would turn the end into a reset, which can overtake the Close frame.
                if !afterFlush { _ = try await peer.receiveAll() }
            }
        }
        #expect(error == .closed(WebSocketClosure(code: 1001, reason: "deploy", isAnswer: afterFlush)))
        #expect(
            error?.description
                == "The server closed the connection: 1001 going away (deploy); the transcript is incomplete."
        )
        #expect(error?.exitStatus == 1)
    }

    @Test("Fails when the server closes normally before the end of the audio, and answers its Close frame")
    func closedEarly() async throws {
        let silence = AudioClip(samples: [Int16](repeating: 0, count: 48_000 * 60), sampleRate: 48_000)
        let answer = Shared<Peer.Message?>(nil)
        let error = await #expect(throws: StenoClientError.self) {
            _ = try await Self.events(silence) { peer in
                _ = try await peer.receive()
                try await peer.close(1000)
                let last = try await peer.receiveAll().last
                answer.update { $0 = last }
            }
        }
        #expect(error == .closed(WebSocketClosure(code: 1000, reason: "", isAnswer: false)))
        #expect(answer.value == .close(code: 1000))
    }

    @Test("Fails when the connection ends without a Close frame", arguments: [false, true])
    func cut(reset: Bool) async throws {
        let error = try await Self.failure { peer in
            for _ in 0..<3 { _ = try await peer.receive() }
            if reset {
                let socket = try #require(peer.channel as? any SocketOptionProvider)
                try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            }
            try await peer.channel.close().get()
        }
        #expect(error == .connectionLost)
    }

    @Test(
        "Fails when the server breaks the protocol",
        arguments: [
            (.text, [0xFF], "not UTF-8"), (.text, Array("{}".utf8), "an event that cannot be read"),
            (.continuation, [], "bad WebSocket frame"),
            (.ping, [UInt8](repeating: 0, count: 126), "bad WebSocket frame"),
        ] as [(WebSocketOpcode, [UInt8], String)]
    )
    func violation(opcode: WebSocketOpcode, payload: [UInt8], expected: String) async throws {
        let error = try await Self.failure { peer in
            try await peer.send(opcode, ByteBuffer(bytes: payload))
            _ = try await peer.receiveAll()
        }
        #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
    }

    @Test("Paces against absolute times")
    func pacing() async throws {
        let clock = ManualClock()
        let sent = Shared(0)
        try await ScriptedServer.run { peer in
            _ = try await peer.receiveAll()
            try await peer.close(1000)
        } _: { url in
            let clip = AudioClip(samples: ramp(8_000), sampleRate: 8_000)
            let run = TranscriptionRun(clip: clip, url: try ServerURL(url), isRealTime: true, clock: clock)
            async let end: Void = run.run { event in
                if case .sent(let position, _) = event { sent.update { $0 = position / 800 } }
            }
            // Late by 50 ms twice: a pace from piece to piece would send the fourth at 450 ms.
            for (step, pieces) in [(99, 0), (1, 1), (150, 2), (50, 3), (99, 3), (1, 4), (500, 9), (99, 9), (1, 10)] {
                if pieces < 10 || sent.value == 9 { await until { clock.sleepers == 1 } }
                clock.advance(by: .milliseconds(step))
                await until { sent.value == pieces && (pieces == 10 || clock.sleepers == 1) }
            }
            try await end
        }
        #expect(sent.value == 10)
    }
}
