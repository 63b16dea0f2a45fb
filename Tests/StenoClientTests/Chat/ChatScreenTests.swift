import Testing

@testable import StenoClient

@Suite("Screen of a conversation")
struct ChatScreenTests {
    /// What a terminal shows of the outputs; reports stand in brackets.
    static func shown(_ outputs: [ChatScreen.Output]) -> String {
        outputs.map { output in
            switch output {
            case .write(let text): text
            case .report(let sentence): "[\(sentence)]"
            }
        }.joined()
    }

    static func shown(_ script: (inout ChatScreen) -> Void) -> String {
        var screen = ChatScreen()
        script(&screen)
        return shown(screen.takeOutput())
    }

    @Test("Shows text as it comes, a line for each turn")
    func streams() {
        var screen = ChatScreen()
        screen.userSaid("Good", item: "u1")
        #expect(screen.takeOutput() == [.write("Me: Good")])
        screen.userSaid(" day.", item: "u1")
        #expect(screen.takeOutput() == [.write(" day.")])
        screen.userTurnEnded(item: "u1", transcript: "Good day.")
        #expect(screen.takeOutput() == [.write("\n")])
        screen.botTurnStarted(response: "r1")
        screen.botSaid(" Hello", response: "r1")
        screen.botSaid(" you.", response: "r1")
        screen.botTurnEnded(response: "r1", isPlayed: false)
        #expect(Self.shown(screen.takeOutput()) == "Bot: Hello you.\n")
    }

    @Test("Keeps the order of turns when the user's words come after the answer has begun")
    func lateTranscript() {
        let text = Self.shown { screen in
            screen.userSpoke(item: "u1")
            screen.botTurnStarted(response: "r1")
            screen.botSaid("Hello.", response: "r1")
            #expect(screen.takeOutput() == [])
            screen.userTurnEnded(item: "u1", transcript: "Good day.")
            screen.botTurnEnded(response: "r1", isPlayed: false)
        }
        #expect(text == "Me: Good day.\nBot: Hello.\n")
    }

    @Test("Does not wait for words that never come")
    func noTranscript() {
        let text = Self.shown { screen in
            screen.userSpoke(item: "u1")
            screen.botSaid("Hello.", response: "r1")
            screen.botTurnEnded(response: "r1", isPlayed: false)
        }
        #expect(text == "Bot: Hello.\n")
    }

    @Test("Marks an interruption with a dash, and shows no more of that turn")
    func interruption() {
        let text = Self.shown { screen in
            screen.botSaid("Once upon", response: "r1")
            screen.botInterrupted()
            screen.botSaid(" a time", response: "r1")
            screen.botTurnEnded(response: "r1", isPlayed: false, isCut: true)
            screen.userTurnEnded(item: "u1", transcript: "Stop.")
        }
        #expect(text == "Bot: Once upon —\nMe: Stop.\n")
    }

    @Test("A turn whose text is complete can be interrupted until it has been heard", arguments: [false, true])
    func interruptedPlayback(isHeard: Bool) {
        let text = Self.shown { screen in
            screen.botSaid("Hello.", response: "r1")
            screen.botTurnEnded(response: "r1", isPlayed: true)
            if isHeard { screen.playbackEnded() }
            screen.botInterrupted()
            screen.userTurnEnded(item: "u1", transcript: "Hey.")
        }
        #expect(text == (isHeard ? "Bot: Hello.\nMe: Hey.\n" : "Bot: Hello. —\nMe: Hey.\n"))
    }

    @Test("Prints nothing for a turn without words")
    func empty() {
        let text = Self.shown { screen in
            screen.userTurnEnded(item: "u1", transcript: " ")
            screen.botTurnStarted(response: "r1")
            screen.botTurnEnded(response: "r1", isPlayed: false, isCut: true)
        }
        #expect(text == "")
    }

    @Test("Reports between lines: at once, or at the end of an open one")
    func reports() {
        let text = Self.shown { screen in
            screen.report("one")
            screen.botTurnStarted(response: "r1")
            screen.report("two")
            screen.botSaid("Hello.", response: "r1")
            screen.report("three")
            screen.botSaid(" You.", response: "r1")
            screen.botTurnEnded(response: "r1", isPlayed: false, report: "four")
        }
        #expect(text == "[one][two]Bot: Hello. You.\n[three][four]")
    }

    @Test("Ends the line that is open, and shows what waits")
    func finish() {
        let text = Self.shown { screen in
            screen.userSaid("Good", item: "u1")
            screen.botSaid("Hel", response: "r1")
            screen.finish()
        }
        #expect(text == "Me: Good\nBot: Hel\n")
    }

    @Test("Keeps a turn on its line, whatever a server puts into the text")
    func controlCharacters() {
        let text = Self.shown { screen in
            screen.botSaid("\none\u{1B}[2J\r\ntwo", response: "r1")
            screen.finish()
        }
        #expect(text == "Bot: one [2J  two\n")
    }
}
