import Audio
import FoundationEssentials
import Glibc
import NIOCore
import TestSupport
import Testing

@testable import StenoClient

@Suite("A conversation with a server", .timeLimit(.minutes(1)))
struct ChatRunTests {
    /// Types into a conversation with the server, and returns the exit status.
    static func type(_ text: String, to url: String, screen: Screen, closes: Bool = true) async throws -> Int32 {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        _ = Array(text.utf8).withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
        if closes { close(ends[1]) }
        let options = ChatOptions(url: url, settings: ChatSettings(isSpoken: false), medium: .text)
        let status = await chat(options: options, console: screen.console(), clock: ContinuousClock(), input: ends[0])
        close(ends[0])
        if !closes { close(ends[1]) }
        return status
    }

    /// Answers each `response.create` with the text; plays until the client's Close frame, and notes what it got.
    static func server(_ types: Shared<[String]>, answer: String) -> ScriptedServer.Script {
        { peer in
            try await peer.send(#"{"type":"session.created"}"#)
            while let message = try await peer.receive() {
                types.update { $0 += [message].types }
                switch [message].types {
                case ["session.update"]: try await peer.send(#"{"type":"session.updated"}"#)
                case ["response.create"]:
                    try await peer.send(#"{"type":"response.created","response":{"id":"r"}}"#)
                    try await peer.send(answer)
                case ["close"]:
                    try await peer.close(1000)
                    return
                default: break
                }
            }
        }
    }

    @Test("Sends each line after the answer to the one before, and ends with the input")
    func text() async throws {
        let (types, screen) = (Shared<[String]>([]), Screen())
        let answer = #"{"type":"response.done","response":{"id":"r","status":"completed"}}"#
        let status = try await ScriptedServer.run(Self.server(types, answer: answer)) { url in
            try await Self.type("one\n\n  \ntwo", to: url, screen: screen)
        }
        #expect(status == 0)
        #expect(screen.all.value == "Me: one\nMe: two\n")
        let question = ["conversation.item.create", "response.create"]
        #expect(types.value == ["session.update"] + question + question + ["close"])
    }

    @Test("Ends with 1 after a failed answer")
    func failure() async throws {
        let (types, screen) = (Shared<[String]>([]), Screen())
        let answer =
            #"{"type":"response.done","response":{"id":"r","status":"failed","status_details":{"error":{"message":"No.","#
            + #""code":"llm_unavailable"}}}}"#
        let status = try await ScriptedServer.run(Self.server(types, answer: answer)) { url in
            try await Self.type("one\n", to: url, screen: screen)
        }
        #expect(status == 1)
        #expect(screen.all.value == "Me: one\nsteno: There is no answer: No. (llm_unavailable)\n")
    }

    @Test("Ends with 1 and one line when the server goes while somebody is about to type")
    func serverCloses() async throws {
        let screen = Screen()
        let status = try await ScriptedServer.run { peer in
            try await peer.send(#"{"type":"session.created"}"#)
            _ = try await peer.receive()
            try await peer.send(#"{"type":"session.updated"}"#)
            try await peer.close(1001)
            _ = try await peer.receiveAll()
        } _: { url in
            try await Self.type("", to: url, screen: screen, closes: false)
        }
        #expect(status == 1)
        #expect(
            screen.all.value == "steno: The conversation has ended: the server closed it with 1001 going away. "
                + "Check the server's log and try again.\n"
        )
    }

    @Test("A file is spoken at the pace of speech, with silence after it")
    func microphone() async throws {
        let clock = ManualClock()
        let clip = AudioClip(samples: [Int16](repeating: 1_000, count: 2_800), sampleRate: 24_000)
        let microphone = try FileMicrophone(clip, clock: clock)
        let sounds = Shared<[ChatSound]>([])
        let reading = Task {
            for _ in 0..<3 {
                let sound = try await microphone.read()
                sounds.update { $0.append(sound) }
            }
        }
        for count in 1...3 {
            await until { clock.sleepers == 1 }
            #expect(sounds.value.count == count - 1)
            clock.advance(by: .milliseconds(100))
            await until { sounds.value.count == count }
        }
        try await reading.value
        #expect(sounds.value.map(\.samples.count) == [2_400, 2_400, 2_400])
        #expect(sounds.value.map(\.isAfterEnd) == [false, false, true])
        #expect(sounds.value.flatMap(\.samples) == clip.samples + [Int16](repeating: 0, count: 4_400))
    }

    @Test("A recording can be read after each piece")
    func recording() async throws {
        try await withFile([]) { path in
            let recording = try SpeechRecording(path: path, sampleRate: 24_000)
            var samples: [Int16] = []
            for piece in [[], ramp(3), ramp(500)] {
                try await recording.append(piece)
                samples += piece
                let bytes = Array(try Data(contentsOf: URL(filePath: path)))
                #expect(bytes == WAVFile(sampleRate: 24_000, samples: samples).encoded())
            }
        }
        #expect(throws: StenoClientError.unwritableFile(path: "/no/such", reason: "no such file or directory")) {
            try SpeechRecording(path: "/no/such", sampleRate: 24_000)
        }
    }

    @Test("A file that cannot be used ends it with 2 before a server is asked")
    func unusableFile() async {
        let screen = Screen()
        let options = ChatOptions(url: "ws://127.0.0.1:1", medium: .file("/no/such"))
        let status = await chat(options: options, console: screen.console(), clock: ContinuousClock(), input: 0)
        #expect(status == 2)
        #expect(screen.all.value == "steno: Cannot read /no/such: no such file or directory.\n")
    }
}
