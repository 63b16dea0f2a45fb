import Testing

@testable import StenoClient

@Suite("Transcription progress")
struct TranscriptionProgressTests {
    static func progress(sent: Duration, elapsed: Duration = .seconds(2), utterances: Int = 3) -> TranscriptionProgress
    {
        TranscriptionProgress(
            file: "talk.wav",
            sent: sent,
            total: .seconds(40),
            elapsed: elapsed,
            utterances: utterances
        )
    }

    @Test(
        "Shows name, bar, share, speed and utterances",
        arguments: [
            (.seconds(10), 80, "talk.wav  ██████░░░░░░░░░░░░░░░░░░   25%  5.0×  3 utterances"),
            (.zero, 80, "talk.wav  ░░░░░░░░░░░░░░░░░░░░░░░░    0%  0.0×  3 utterances"),
            (.milliseconds(39_999), 80, "talk.wav  ███████████████████████░   99%  20.0×  3 utterances"),
            (.seconds(40), 80, "talk.wav  █████████  100%  20.0×  3 utterances  waiting for the last transcripts"),
            (.seconds(10), 46, "talk.wav  ██░░░░░░░░   25%  5.0×  3 utterances"),
            (.seconds(10), 40, "talk.wav   25%  5.0×  3 utterances"),
            (.seconds(10), 20, "talk.wav   25%  5.0×"),
            (.seconds(10), 0, ""),
        ] as [(Duration, Int, String)]
    )
    func line(sent: Duration, width: Int, expected: String) {
        #expect(Self.progress(sent: sent).line(width: width) == expected)
    }

    @Test("Counts one utterance as one, and knows no speed before any time has passed")
    func singular() {
        let line = Self.progress(sent: .seconds(10), elapsed: .zero, utterances: 1).line(width: 80)
        #expect(line.hasSuffix("  –×  1 utterance"))
        #expect(Self.progress(sent: .seconds(40), elapsed: .milliseconds(250)).line(width: 99).contains("  160×  "))
    }

    @Test("Is complete for a file without audio")
    func empty() {
        #expect(TranscriptionProgress(file: "a", total: .zero).line(width: 80).contains("100%"))
    }

    @Test("Never is wider than the terminal", arguments: 0...120)
    func fits(width: Int) {
        var progress = Self.progress(sent: .seconds(10))
        progress.file = String(repeating: "long-name-", count: 9)
        #expect(progress.line(width: width).count <= width)
        progress.sent = progress.total
        #expect(progress.line(width: width).count <= width)
    }

    @Test("Draws ten times a second, and at the end")
    func throttle() {
        var throttle = ProgressThrottle()
        let drawn = [0, 50, 99, 100, 150, 199, 200, 201].map { milliseconds in
            throttle.shouldDraw(Self.progress(sent: .seconds(1), elapsed: .milliseconds(milliseconds)))
        }
        #expect(drawn == [true, false, false, true, false, false, true, false])
        let drawsEnd = throttle.shouldDraw(Self.progress(sent: .seconds(40), elapsed: .milliseconds(202)))
        #expect(drawsEnd)
    }

    @Test("Clears the progress line before anything else is printed, and draws it again")
    func console() async throws {
        let screen = Screen()
        let console = screen.console(columns: 47)
        let progress = Self.progress(sent: .seconds(10))
        let (bar, clear) = (progress.line(width: 46), "\r\u{1B}[K")
        await console.show(progress)
        await console.show(progress)
        try await console.print("text")
        await console.report("sorry")
        await console.clearProgress()
        try await console.print("end")
        let expected = [bar, clear, "text\n", bar, clear, "steno: sorry\n", bar, clear, "end\n"]
        #expect(screen.all.value == expected.joined())
        #expect(screen.output.value == "text\nend\n")
    }

    @Test("Draws nothing where there is no terminal")
    func piped() async throws {
        let screen = Screen()
        let console = screen.console()
        await console.show(Self.progress(sent: .seconds(10)))
        try await console.print("text")
        #expect(screen.all.value == "text\n")
    }
}
