import Audio
import Chat
import Testing

@testable import Sessions

@Suite("Speech that is held back")
struct HeldSpeechTests {
    private static let words = "Hello there my good friend. How are you doing today?"

    /// A talk in which somebody has begun to speak, too shortly to interrupt, while the assistant speaks.
    private static func suspecting() -> Talk {
        var talk = Talk()
        (talk.hears, talk.writes) = (["hi"], [[.text(words)]])
        talk.speech(400)
        talk.silence(1_060)
        talk.speech(150)
        return talk
    }

    @Test("Goes on when the microphone is switched off in a sound that was too short to interrupt")
    func mute() {
        var talk = Self.suspecting()
        talk.pass(10_000)
        #expect(talk.sent == 50 * Self.words.count)
        #expect(talk.replies.map(\.status) == [.completed])
    }

    @Test("Goes on when turn detection is switched off in a sound that was too short to interrupt")
    func detectionOff() {
        var talk = Self.suspecting()
        var update = SessionUpdate()
        update.turnDetection = .off
        talk.handle(.update(update))
        talk.speech(100)
        talk.pass(10_000)
        #expect(talk.sent == 50 * Self.words.count)
        #expect(talk.replies.map(\.status) == [.completed])
    }

    @Test("Goes on when speech may no longer interrupt")
    func interruptionOff() {
        var talk = Self.suspecting()
        var update = SessionUpdate()
        update.assistant.interruptsResponse = false
        talk.handle(.update(update))
        talk.speech(2_000)
        talk.pass(10_000)
        #expect(talk.replies.map(\.status) == [.completed])
    }
}
