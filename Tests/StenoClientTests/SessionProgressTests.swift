import Testing

@testable import StenoClient

@Suite("How far a clip has come over several connections")
struct SessionProgressTests {
    static let clip = AudioClip(samples: Array(repeating: 0, count: 80_000), sampleRate: 8_000)

    static func utterance(_ start: Int64, _ end: Int64) -> TranscribedUtterance {
        TranscribedUtterance(itemID: "item", transcript: "words", startMilliseconds: start, endMilliseconds: end)
    }

    @Test("Asks for the session that it knows, with the messages that it got")
    func query() {
        var progress = SessionProgress()
        #expect(progress.query == "resumable=true")
        progress.receive(.created(resume: "resume_x"))
        progress.receive(.other(type: "session.updated"))
        #expect(progress.query == "resumable=true&resume=resume_x&resume_events=2")
        // What is told of the return is not a message of the session.
        progress.receive(.resumed(acceptedBytes: 3))
        #expect(progress.received == 2)
    }

    @Test("Begins anew behind the last transcript, and puts later ones at their place in the clip")
    func anew() {
        var progress = SessionProgress()
        progress.receive(.created(resume: "resume_x"))
        #expect(progress.place(Self.utterance(500, 2_000), in: Self.clip) == Self.utterance(500, 2_000))
        progress.beginAnew()
        #expect(progress.start == 16_000)
        #expect(progress.query == "resumable=true")
        #expect(progress.place(Self.utterance(100, 900), in: Self.clip) == Self.utterance(2_100, 2_900))
        progress.beginAnew()
        #expect(progress.start == 8 * 2_900)
    }

    @Test("Takes over what was kept of a session that is gone, but what was told and what waits")
    func takeOver() {
        func entry(_ item: String, _ start: Int64, _ status: String) -> KeptTranscriptList.Entry {
            KeptTranscriptList.Entry(
                itemID: item,
                status: status,
                startMilliseconds: start,
                endMilliseconds: start + 400,
                transcript: status == "transcribed" ? item : nil,
                error: status == "failed" ? ServerFailure(message: "No.", code: "spool_expired") : nil
            )
        }
        var progress = SessionProgress()
        progress.receive(.created(resume: "resume_x", session: "sess_x"))
        #expect(progress.sessionID == "sess_x")
        progress.receive(.utterance(Self.utterance(0, 400)))
        let kept = [
            entry("item", 0, "transcribed"), entry("next", 500, "transcribed"), entry("lost", 1_000, "failed"),
            entry("open", 1_500, "waiting"), entry("last", 2_000, "transcribed"),
        ]
        let told = progress.takeOver(kept, in: Self.clip)
        let next = TranscribedUtterance(
            itemID: "next",
            transcript: "next",
            startMilliseconds: 500,
            endMilliseconds: 900
        )
        let failure = ServerFailure(message: "No.", code: "spool_expired", itemID: "lost")
        #expect(told == [.utterance(next), .failure(failure)])
        // What waits is sent again.
        progress.beginAnew()
        #expect(progress.start == 1_400 * 8)
        #expect(progress.sessionID == nil)
    }

    @Test("Tries again at growing intervals until patience is at its end")
    func retries() {
        let start = ContinuousClock.now
        var retries = Retries(patience: .seconds(6), now: start)
        var now = start
        var pauses: [Duration] = []
        while let pause = retries.next(at: now) {
            pauses.append(pause)
            now += pause
        }
        #expect(pauses.first == .milliseconds(100))
        #expect(pauses.dropLast() == pauses.dropLast().sorted()[...])
        #expect(pauses.max() == .seconds(2))
        #expect(now == start + .seconds(6))
        var none = Retries(patience: .zero, now: start)
        #expect(none.next(at: start) == nil)
    }
}
