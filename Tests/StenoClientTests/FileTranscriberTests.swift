import Audio
import NIOCore
import TestSupport
import Testing

@testable import StenoClient

@Suite("File transcription", .timeLimit(.minutes(1)))
struct FileTranscriberTests {
    static let mono = WAVFile(sampleRate: 8_000, samples: ramp(1_700)).encoded()

    /// Transcribes with the server and returns the exit status.
    static func run(
        _ files: [String],
        _ url: String,
        _ format: TranscriptFormat = .lines,
        screen: Screen,
        columns: Int? = nil
    ) async -> Int32 {
        let options = TranscribeOptions(url: url, format: format)
        let console = screen.console(columns: columns)
        return await FileTranscriber(options: options, console: console, clock: ContinuousClock()).run(files)
    }

    /// Hears one utterance in each file.
    static let oneUtterance: ScriptedServer.Script = { peer in
        _ = try await peer.receiveAll()
        try await peer.transcript("hello", from: 100, to: 200)
        try await peer.close(1000)
    }

    @Test("Prints the utterances of a file")
    func oneFile() async throws {
        let screen = Screen()
        let status = try await withFile(Self.mono) { path in
            try await ScriptedServer.run(Self.oneUtterance) { await Self.run([path], $0, screen: screen) }
        }
        #expect(status == 0)
        #expect(screen.output.value == "[00:00:00.100 → 00:00:00.200]  hello\n")
        #expect(screen.errors.value == "")
    }

    @Test("Names each of several files, in the form that has no other place for the name")
    func severalFiles() async throws {
        let line = "[00:00:00.100 → 00:00:00.200]  hello\n"
        try await withFile(Self.mono) { a in
            try await withFile(Self.mono) { b in
                try await ScriptedServer.run(Self.oneUtterance) { url in
                    let (lines, text, srt) = (Screen(), Screen(), Screen())
                    #expect(await Self.run([a, b], url, screen: lines) == 0)
                    #expect(lines.output.value == "==> \(a) <==\n\(line)\n==> \(b) <==\n\(line)")
                    #expect(await Self.run([a, b], url, .text, screen: text) == 0)
                    #expect(text.output.value == "hello\nhello\n")
                    #expect(await Self.run([a, b], url, .srt, screen: srt) == 2)
                    #expect(srt.output.value == "")
                }
            }
        }
    }

    @Test("Sends the mean of both channels of a stereo file, at the file's rate")
    func stereo() async throws {
        let received = Shared<[Peer.Message]>([])
        let file = WAVFile(sampleRate: 44_100, channels: 2, samples: ramp(20_000))
        let status = try await withFile(file.encoded()) { path in
            try await ScriptedServer.run { peer in
                let messages = try await peer.receiveAll()
                received.update { $0 = messages }
                try await peer.close(1000)
            } _: {
                await Self.run([path], $0, screen: Screen())
            }
        }
        #expect(status == 0)
        #expect(received.value.audio == Array(WAVFile(sampleRate: 44_100, samples: file.mono).encoded()[44...]))
        guard case .json(let fields) = try #require(received.value.first) else { return }
        #expect(fields["sample_rate"] == "44100")
    }

    @Test("Reports an error event with its file and utterance, and ends with 1")
    func errorEvent() async throws {
        let screen = Screen()
        try await withFile(Self.mono) { path in
            let status = try await ScriptedServer.run { peer in
                _ = try await peer.receiveAll()
                try await peer.send(#"{"type":"error","message":"Too bad.","code":"engine_failed","item_id":"item_1"}"#)
                try await peer.transcript("after")
                try await peer.close(1000)
            } _: {
                await Self.run([path], $0, .text, screen: screen)
            }
            #expect(status == 1)
            #expect(screen.errors.value == "steno: \(path): utterance item_1: Too bad. (engine_failed)\n")
            #expect(screen.output.value == "after\n")
        }
    }

    @Test("Ends with 1 and one line when the server closes")
    func serverCloses() async throws {
        let screen = Screen()
        let status = try await withFile(Self.mono) { path in
            try await ScriptedServer.run { peer in
                try await peer.close(1001)
                _ = try await peer.receiveAll()
            } _: {
                await Self.run([path, path], $0, .text, screen: screen)
            }
        }
        #expect(status == 1)
        #expect(screen.errors.value.hasPrefix("steno: The server closed the connection: 1001 going away"))
        #expect(screen.errors.value.filter { $0 == "\n" }.count == 1)
    }

    @Test("Names a file that cannot be used, goes on with the next, and ends with 2")
    func unusable() async throws {
        let screen = Screen()
        let fast = WAVFile(sampleRate: 96_000, samples: [1, 2]).encoded()
        try await withFile(fast) { fast in
            try await withFile(Array("ID3 an MP3 file".utf8)) { other in
                try await withFile(Self.mono) { good in
                    let files = ["/no/such file", "/", fast, other, good]
                    let status = try await ScriptedServer.run(Self.oneUtterance) {
                        await Self.run(files, $0, .text, screen: screen)
                    }
                    #expect(status == 2)
                    let lines = screen.errors.value.split(separator: "\n")
                    #expect(lines.count == 4)
                    #expect(lines[0] == "steno: Cannot read /no/such file: no such file or directory.")
                    #expect(lines[1] == "steno: Cannot read /: is a directory.")
                    #expect(lines[2].contains("has 96000 samples per second; 8000 to 48000 are supported"))
                    #expect(lines[2].hasSuffix("sox \(fast) -b 16 -r 16000 \(fast.dropLast(4))-16k.wav"))
                    #expect(lines[3].contains("Not a WAV file"))
                    #expect(screen.output.value == "hello\n")
                }
            }
        }
    }

    @Test("Refuses a bad address before anything else")
    func badAddress() async {
        let screen = Screen()
        #expect(await Self.run(["/no/such file"], "ftp://host", screen: screen) == 2)
        #expect(screen.errors.value.hasPrefix("steno: ftp://host is not a WebSocket address"))
    }

    @Test("Transcribes a file without audio to nothing")
    func empty() async throws {
        let screen = Screen()
        let status = try await withFile(WAVFile(sampleRate: 8_000, samples: []).encoded()) { path in
            try await ScriptedServer.run { peer in
                let types = try await peer.receiveAll().types
                try await peer.close(types == ["close"] ? 1000 : 1002)
            } _: {
                await Self.run([path], $0, screen: screen)
            }
        }
        #expect(status == 0)
        #expect(screen.all.value == "")
    }

    @Test("Leaves a clean terminal")
    func terminal() async throws {
        let screen = Screen()
        let status = try await withFile(Self.mono) { path in
            try await ScriptedServer.run(Self.oneUtterance) {
                await Self.run([path], $0, .text, screen: screen, columns: 60)
            }
        }
        #expect(status == 0)
        #expect(screen.errors.value.contains("100%"))
        #expect(Self.visible(screen.all.value) == ["hello", ""])
    }

    @Test("Stops quietly when nobody reads its output any more, and with an error when the disk is full")
    func outputEnds() async throws {
        let cases: [(OutputStream.Failure, Int32, String)] = [
            (.closed, 0, ""), (.failed(reason: "no space left"), 1, "steno: Cannot write the output: no space left.\n"),
        ]
        for (failure, expected, message) in cases {
            let screen = Screen()
            let broken = OutputStream(write: { _ throws(OutputStream.Failure) in throw failure }, columns: { nil })
            let errors = OutputStream(write: { text in screen.errors.update { $0 += text } }, columns: { nil })
            let console = Console(output: broken, errors: errors)
            let status = try await withFile(Self.mono) { path in
                try await ScriptedServer.run(Self.oneUtterance) { url in
                    let options = TranscribeOptions(url: url)
                    return await FileTranscriber(options: options, console: console, clock: ContinuousClock())
                        .run([path])
                }
            }
            #expect(status == expected)
            #expect(screen.errors.value == message)
        }
    }

    /// The lines of a terminal after it was sent `text`.
    static func visible(_ text: String) -> [String] {
        var lines = [""]
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "\n": lines.append("")
            case "\r" where rest.hasPrefix("\u{1B}[K"):
                rest.removeFirst(3)
                lines[lines.count - 1] = ""
            default: lines[lines.count - 1].append(character)
            }
        }
        return lines
    }
}
