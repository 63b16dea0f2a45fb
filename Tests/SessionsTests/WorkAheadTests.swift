import Audio
import SpeechDetection
import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Work ahead of an utterance's end")
struct WorkAheadTests {
    /// A session whose engine's requests wait to be answered.
    private struct Talk: ~Copyable {
        var core: SessionCore
        var effects: [SessionCore.Effect] = []

        init(_ engine: EngineCapabilities, wantsInterim: Bool = false, hangover: Int = 8_000) {
            var settings = SessionHarness.settings
            settings.speculatesAfter = 3_200
            settings.maximumUtterance = 160_000
            settings.wantsInterim = wantsInterim
            settings.turnDetection?.hangover = hangover
            core = SessionCore(settings: settings, detector: LoudnessDetector(), makeID: { "item" })
            core.engine = engine
        }

        /// Sends audio in pieces of 20 ms, as a client that streams does.
        mutating func hear(speech: Int = 0, silence: Int = 0) {
            for _ in 0..<speech / 20 { core.handle(.speech(20), into: &effects) }
            for _ in 0..<silence / 20 { core.handle(.silence(20), into: &effects) }
        }

        func requests(_ purpose: SessionCore.Purpose) -> [(id: RequestID, request: TranscriptionRequest)] {
            effects.compactMap { effect in
                guard case .transcribe(let request, let id, let reason) = effect, reason == purpose else { return nil }
                return (id, request)
            }
        }

        mutating func answer(_ id: RequestID, _ text: String) {
            core.finish(id, with: .success(Transcript(text: text)), into: &effects)
        }

        /// Interim texts and transcripts.
        var told: [String] {
            effects.compactMap { effect in
                switch effect {
                case .tell(.interim(_, let delta)): "+" + delta
                case .tell(.transcribed(_, let transcript)): transcript.text
                default: nil
                }
            }
        }
    }

    private static let speculating = EngineCapabilities(canSpeculate: true)
    private static let repeating = EngineCapabilities(canRepeat: true)

    @Test("Asks at a pause, and takes the answer for the transcript when the silence lasts")
    func speculation() throws {
        var talk = Talk(Self.speculating)
        talk.hear(speech: 400, silence: 180)
        #expect(talk.requests(.ahead).isEmpty)
        talk.hear(silence: 40)
        let asked = try #require(talk.requests(.ahead).first)
        #expect(asked.request.isAhead)
        // Just what the utterance will be.
        #expect(asked.request.samples.count == 6_400)

        talk.answer(asked.id, "early")
        #expect(talk.told.isEmpty)
        talk.hear(silence: 400)
        #expect(talk.told == ["early"])
        #expect(talk.requests(.utterance).isEmpty)
        #expect(talk.core.speculations == SessionCore.Speculations(used: 1, discarded: 0))
        #expect(talk.effects.contains(.adopt(.success(Transcript(text: "early")))))
        #expect(talk.core.ledger.transcribed == 6_400)
    }

    @Test("Waits for an answer that is under way when the utterance ends")
    func late() throws {
        var talk = Talk(Self.speculating)
        talk.hear(speech: 400, silence: 600)
        #expect(talk.told.isEmpty)
        let asked = try #require(talk.requests(.ahead).first)
        talk.answer(asked.id, "late")
        #expect(talk.told == ["late"])
        #expect(talk.requests(.utterance).isEmpty)
    }

    @Test("Forgets what it asked when speech goes on, and asks again at the next pause")
    func resumed() throws {
        var talk = Talk(Self.speculating)
        talk.hear(speech: 400, silence: 300)
        talk.hear(speech: 200, silence: 300)
        #expect(talk.requests(.ahead).count == 2)
        #expect(talk.core.speculations == SessionCore.Speculations(used: 0, discarded: 1))
        talk.answer(talk.requests(.ahead)[0].id, "half")
        talk.answer(talk.requests(.ahead)[1].id, "whole")
        talk.hear(silence: 300)
        #expect(talk.told == ["whole"])
    }

    @Test("Forgets what it asked when speech went on for a moment, within one message that may end the utterance too")
    func blip() throws {
        for pause in [100, 900] {
            var talk = Talk(Self.speculating)
            talk.hear(speech: 400, silence: 300)
            let asked = try #require(talk.requests(.ahead).first)
            talk.answer(asked.id, "without the last word")
            let word = [Int16](repeating: 8_000, count: 1_600) + [Int16](repeating: 0, count: pause * 16)
            talk.core.handle(.append(audio: PCM16.bytes(word), rate: nil), into: &talk.effects)
            talk.hear(silence: 600)
            let whole = try #require(talk.requests(.ahead).dropFirst().first ?? talk.requests(.utterance).first)
            #expect(whole.request.samples.count >= 12_800)
            talk.answer(whole.id, "with the last word")
            #expect(talk.told == ["with the last word"])
            #expect(talk.core.speculations.discarded == 1)
        }
    }

    @Test("Asks anew when the client has changed what is asked since")
    func changed() throws {
        var talk = Talk(Self.speculating)
        talk.hear(speech: 400, silence: 300)
        talk.answer(try #require(talk.requests(.ahead).first).id, "hello")
        var update = SessionUpdate()
        update.language = "de"
        talk.core.handle(.update(update), into: &talk.effects)
        talk.hear(silence: 600)
        let again = try #require(talk.requests(.utterance).first)
        #expect(again.request.language == "de")
        talk.answer(again.id, "hallo")
        #expect(talk.told == ["hallo"])
    }

    @Test("Asks about the whole utterance when the engine had no time", arguments: [true, false])
    func refused(isEarly: Bool) throws {
        var talk = Talk(Self.speculating)
        talk.hear(speech: 400, silence: 300)
        let asked = try #require(talk.requests(.ahead).first)
        if isEarly { talk.core.finish(asked.id, with: .failure(.cancelled), into: &talk.effects) }
        talk.hear(silence: 300)
        if !isEarly { talk.core.finish(asked.id, with: .failure(.cancelled), into: &talk.effects) }
        let again = try #require(talk.requests(.utterance).first)
        #expect(!again.request.isAhead)
        talk.answer(again.id, "asked again")
        #expect(talk.told == ["asked again"])
        #expect(talk.core.ledger.transcribed == 6_400)
    }

    @Test("Asks nothing ahead of an engine that would not have it, nor for a client that wants no interim text")
    func capabilities() {
        for (engine, wantsInterim) in [(EngineCapabilities(), true), (Self.repeating, false)] {
            var talk = Talk(engine, wantsInterim: wantsInterim)
            talk.hear(speech: 900, silence: 600)
            #expect(talk.requests(.ahead).isEmpty)
            #expect(talk.requests(.utterance).count == 1)
        }
    }

    @Test("Tells text while it is said, one reading at a time, and then the rest of the transcript")
    func interim() {
        var talk = Talk(Self.repeating, wantsInterim: true)
        var answered = 0
        for count in 1...3 {
            talk.hear(speech: 460)
            let requests = talk.requests(.ahead)
            #expect(requests.count == count)
            while answered < requests.count {
                talk.answer(requests[answered].id, ["one", "one two", "one two three"][answered])
                answered += 1
            }
        }
        talk.hear(silence: 600)
        talk.answer(talk.requests(.utterance)[0].id, "one two three four")
        #expect(talk.told == ["+one", "+ two three four", "one two three four"])
    }
}
