import Audio
import TestSupport
import Testing
import Transcription

@Suite("Transcription in pieces", .timeLimit(.minutes(1)))
struct PiecewiseTranscriberTests {
    /// Speech with pauses of half a second at these seconds.
    static func audio(seconds: Int, pauses: Int...) -> [Int16] {
        var samples = [Int16](repeating: 8_000, count: seconds * SampleClock.rate)
        for pause in pauses {
            let start = pause * SampleClock.rate
            for index in start..<start + SampleClock.rate / 2 { samples[index] = 0 }
        }
        return samples
    }

    @Test("Leaves what is not longer than 28 s in one piece")
    func short() async throws {
        let engine = ScriptedTranscriber()
        engine.answer(0, .success(Transcript(text: "one")))
        let request = TranscriptionRequest(samples: Self.audio(seconds: 28))
        #expect(try await PiecewiseTranscriber(engine).transcribe(request).text == "one")
        #expect(engine.requests == [request])
    }

    @Test("Divides more in its pauses, and makes one transcript of what is heard")
    func long() async throws {
        let engine = ScriptedTranscriber()
        for (index, text) in ["one two", "three", "four"].enumerated() {
            var transcript = Transcript(text: text, words: [.init(text: text, range: 160..<320)])
            transcript.segments = [.init(text: text, range: 0..<16_000)]
            transcript.language = index == 0 ? nil : "en"
            engine.answer(index, .success(transcript))
        }
        var request = TranscriptionRequest(samples: Self.audio(seconds: 52, pauses: 17, 34), language: "en")
        request.owner = RequestOwner()
        let whole = try await PiecewiseTranscriber(engine).transcribe(request)

        #expect(whole.text == "one two three four")
        #expect(whole.language == "en")
        let starts = engine.requests.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.samples.count) }
        #expect(starts.last == 52 * SampleClock.rate)
        #expect(abs(starts[1] - 17 * SampleClock.rate - 4_000) < 8_000)
        #expect(abs(starts[2] - 34 * SampleClock.rate - 4_000) < 8_000)
        #expect(whole.words.map(\.range.lowerBound) == starts.prefix(3).map { $0 + 160 })
        #expect(whole.segments.map(\.range.lowerBound) == Array(starts.prefix(3)))
        for piece in engine.requests {
            #expect(piece.samples.count <= PiecewiseTranscriber.longest)
            #expect(piece.owner == request.owner)
            #expect(piece.language == "en")
        }
    }

    @Test("Writes no blank where the script has none")
    func unspaced() async throws {
        let engine = ScriptedTranscriber()
        for (index, text) in ["こんにちは。", "元気です。"].enumerated() { engine.answer(index, .success(Transcript(text: text))) }
        let request = TranscriptionRequest(samples: Self.audio(seconds: 30))
        #expect(try await PiecewiseTranscriber(engine).transcribe(request).text == "こんにちは。元気です。")
    }

    @Test("Counts as rejected only when every piece is")
    func rejected() async throws {
        let request = TranscriptionRequest(samples: Self.audio(seconds: 30))
        for (second, rejection) in [("", Rejection.noSpeech), ("word", nil)] {
            let engine = ScriptedTranscriber()
            engine.answer(0, .success(Transcript(rejected: .noSpeech)))
            engine.answer(1, .success(Transcript(text: second)))
            let whole = try await PiecewiseTranscriber(engine).transcribe(request)
            #expect(whole.text == second)
            #expect(whole.rejection == rejection)
        }
    }

    @Test("Fails with the first piece that does, and asks for no other")
    func failure() async {
        let engine = ScriptedTranscriber()
        engine.answer(0, .success(Transcript(text: "one")))
        engine.answer(1, .failure(.engineFailed))
        let request = TranscriptionRequest(samples: Self.audio(seconds: 100))
        await #expect(throws: TranscriptionError.engineFailed) {
            try await PiecewiseTranscriber(engine).transcribe(request)
        }
        #expect(engine.requests.count == 2)
    }

    @Test("Asks for nothing more once it is cancelled")
    func cancelled() async {
        let engine = ScriptedTranscriber()
        let request = TranscriptionRequest(samples: Self.audio(seconds: 100))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: TranscriptionError.cancelled) {
                    try await PiecewiseTranscriber(engine).transcribe(request)
                }
            }
            await until { engine.waiting == [0] }
            group.cancelAll()
        }
        #expect(engine.requests.count == 1)
    }
}
