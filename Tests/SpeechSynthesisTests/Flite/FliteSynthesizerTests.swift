import TestSupport
import Testing
import Transcription

@testable import SpeechSynthesis

@Suite("Flite synthesizer", .timeLimit(.minutes(2)))
struct FliteSynthesizerTests {
    private let engine = FliteSynthesizer(threads: 2)

    private func speak(_ text: String, voice: String? = nil, speed: Double = 1) async throws -> Recording {
        let recording = Recording()
        try await engine.speak(SynthesisRequest(text: text, voice: voice, speed: speed)) { recording.add($0) }
        return recording
    }

    private static let sentence = "The last train to the city leaves at seven in the evening."

    @Test("Speaks with each voice, in many pieces of 16 kHz", arguments: FliteSynthesizer.voiceNames)
    func voices(name: String) async throws {
        let recording = try await speak(Self.sentence, voice: name)
        #expect((32_000...112_000).contains(recording.samples.count))
        #expect(recording.deliveries > 20)
        #expect(recording.rates == [FliteSynthesizer.rate])
        #expect(recording.samples.contains { abs(Int($0)) > 5_000 })
    }

    @Test("Speaks faster and slower than the voice")
    func speed() async throws {
        let counts = try await [0.5, 1, 2].concurrentMap { try await speak(Self.sentence, speed: $0).samples.count }
        let (slow, own, fast) = (Double(counts[0]), Double(counts[1]), Double(counts[2]))
        #expect((1.7...2.2).contains(slow / own))
        #expect((0.4...0.62).contains(fast / own))
    }

    @Test("Has nothing to say to what it cannot read", arguments: ["", " \n", "你好。", "?!"])
    func nothing(text: String) async throws {
        #expect(try await speak(text).samples.isEmpty)
    }

    @Test("Leaves little silence before and after a piece")
    func silence() async throws {
        let samples = try await speak(Self.sentence, voice: "awb").samples
        let sounds = samples.indices.filter { abs(Int(samples[$0])) > 200 }
        #expect(try #require(sounds.first) <= 4_000)
        #expect(samples.count - (try #require(sounds.last)) <= 4_001)
    }

    @Test("Ends within one delivery when it is cancelled, and throws")
    func cancelled() async throws {
        let (firsts, first) = AsyncStream.makeStream(of: Void.self)
        let (gate, recording) = (BlockingGate(), Recording())
        let task = Task { [engine] in
            try await engine.speak(SynthesisRequest(text: Self.sentence)) { audio in
                recording.add(audio)
                first.yield()
                gate.wait()
            }
        }
        for await _ in firsts { break }
        task.cancel()
        gate.open()
        await #expect(throws: SynthesisError.cancelled) { try await task.value }
        #expect(recording.deliveries == 1)
        await until { engine.active == 0 }
    }

    @Test("Speaks no more pieces at once than it has threads, and takes a waiting one out when it is cancelled")
    func bounded() async throws {
        let gate = BlockingGate()
        let tasks = (0..<5).map { _ in
            Task { [engine] in try await engine.speak(SynthesisRequest(text: "Hello.")) { _ in gate.wait() } }
        }
        await until { engine.active == 2 && engine.waiting == 3 }
        for task in tasks { task.cancel() }
        await until { engine.waiting == 0 }
        #expect(engine.active == 2)
        gate.open()
        for task in tasks { await #expect(throws: SynthesisError.cancelled) { try await task.value } }
    }

    @Test("Says the same length from many tasks at once as from one")
    func concurrent() async throws {
        let engine = FliteSynthesizer(threads: 4)
        let texts = ["One two three.", "Good morning to all of you.", Self.sentence]
        var alone: [Int] = []
        for text in texts { alone.append(try await speak(text, voice: "rms").samples.count) }
        let many = Array(repeating: texts, count: 8).flatMap(\.self)
        let together = try await many.concurrentMap { text in
            let recording = Recording()
            try await engine.speak(SynthesisRequest(text: text, voice: "rms")) { recording.add($0) }
            return recording.samples.count
        }
        for (index, count) in together.enumerated() { #expect(abs(count - alone[index % 3]) < 800) }
    }

    @Test("Takes a long text piece by piece")
    func long() async throws {
        let text = String(repeating: "This is one of many sentences. ", count: 60)
        let recording = try await speak(text)
        #expect((60 * 16_000...60 * 40_000).contains(recording.samples.count))
    }

    @Test(
        "Is understood by the embedded recogniser, with at most one wrong word in three",
        .enabled(if: InstalledSherpa.isThere, "\(InstalledSherpa.absence)"),
        arguments: ["slt", "rms", "awb"]
    )
    func understood(voice: String) async throws {
        let model = try SherpaModel(folder: InstalledSherpa.folder)
        let recogniser = try await SherpaTranscriber.load(model, library: InstalledSherpa.library, threads: 1)
        var (errors, words, heard) = (0, 0, "")
        for text in Self.texts {
            let samples = try await speak(text, voice: voice).samples
            let transcript = try await recogniser.transcribe(.init(samples: samples)).text
            heard += transcript + " "
            errors += WordErrors.count(in: transcript, expected: WordErrors.words(of: text))
            words += WordErrors.words(of: text).count
        }
        // flite's noise is random: 5 to 11 of the 61 words are heard wrongly.
        #expect(errors * 3 <= words, "\(errors) of \(words) words: \(heard)")
    }

    private static let texts = [
        sentence,
        "Please remember to close the window before you go to bed.",
        "My sister bought a blue bicycle and a small yellow basket for it.",
        "We could have dinner together on Friday, if you have the time.",
        "Nobody in the office knew where the keys of the old garage were.",
    ]
}
