import Audio
import Testing

@testable import Sessions

@Suite("Judged turns")
struct TurnJudgeTests {
    private static func talk() -> Talk {
        var talk = Talk {
            $0.endOfTurnThreshold = 0.5
            $0.maximumUtterance = 30 * SampleClock.rate
        }
        var update = SessionUpdate()
        update.turnDetection = .semantic(.auto)
        talk.handle(.update(update))
        return talk
    }

    private static func stops(_ talk: borrowing Talk) -> [Int] {
        talk.told.compactMap { if case .speechStopped = $0.event { $0.time } else { nil } }
    }

    @Test("Ends a turn that sounds finished after 300 ms")
    func finished() {
        var talk = Self.talk()
        talk.speech(1_000)
        talk.silence(220)
        #expect(talk.judged.count == 1)
        talk.judge(0.9)
        #expect(Self.stops(talk).isEmpty)
        talk.silence(200)
        #expect(Self.stops(talk) == [1_300])
    }

    @Test("Ends it at once when the model was slow")
    func slow() {
        var talk = Self.talk()
        talk.speech(1_000)
        talk.silence(600)
        talk.judge(0.9)
        #expect(Self.stops(talk) == [1_600])
    }

    @Test(
        "Waits for a speaker who sounds unfinished, and asks again in the next pause",
        arguments: [0.2, nil] as [Float?]
    )
    func unfinished(probability: Float?) {
        var talk = Self.talk()
        talk.speech(1_000)
        talk.silence(300)
        talk.judge(probability)
        talk.silence(2_000)
        #expect(Self.stops(talk).isEmpty)
        #expect(talk.judged.isEmpty)
        talk.speech(500)
        talk.silence(300)
        #expect(talk.judged.map(\.count) == [16 * 4_000])
        talk.judge(0.2)
        talk.silence(4_000)
        #expect(Self.stops(talk) == [3_800 + 4_000])
    }

    @Test("An answer that comes when speech has gone on counts for nothing")
    func late() {
        var talk = Self.talk()
        talk.speech(1_000)
        talk.silence(240)
        talk.speech(500)
        talk.judge(0.9)
        talk.silence(400)
        #expect(Self.stops(talk).isEmpty)
    }

    @Test("Is not asked where silence alone decides")
    func silence() {
        var talk = Talk { $0.endOfTurnThreshold = 0.5 }
        talk.speech(1_000)
        talk.silence(600)
        #expect(talk.judged.isEmpty)
    }
}
