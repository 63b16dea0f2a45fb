import Audio
import Foundation
import TestSupport
import Testing
import Transcription

@testable import SpeechSynthesis

@Suite(
    "Neural voice",
    .enabled(if: InstalledVoice.isThere, "\(InstalledVoice.absence)"),
    .timeLimit(.minutes(5)),
    .serialized
)
struct SherpaSynthesizerTests {
    private static func engine(
        _ folder: String = InstalledVoice.folder,
        threads: Int = 1
    ) async throws -> SherpaSynthesizer {
        try await SherpaSynthesizer.load(
            NeuralVoiceModel(folder: folder),
            library: InstalledSherpa.library,
            threads: threads
        )
    }

    private func speak(_ text: String, speed: Double = 1, with engine: SherpaSynthesizer) async throws -> Recording {
        let recording = Recording()
        try await engine.speak(SynthesisRequest(text: text, speed: speed)) { recording.add($0) }
        return recording
    }

    private static let sentence = "The last train to the city leaves at seven in the evening."

    @Test(
        "Speaks at the model's rate, sentence by sentence, slower and faster; has nothing to say to what it cannot read"
    )
    func speaks() async throws {
        let engine = try await Self.engine()
        #expect(engine.voices == [Voice(name: "joe", isFemale: false)])
        let own = try await speak(Self.sentence, with: engine)
        #expect(own.rates == [22_050])
        #expect((44_100...132_300).contains(own.samples.count))
        #expect(own.samples.contains { abs(Int($0)) > 5_000 })

        let slow = try await speak(Self.sentence, speed: 0.5, with: engine).samples.count
        let fast = try await speak(Self.sentence, speed: 2, with: engine).samples.count
        // How long it holds each sound is random, and silence at the ends is as long at any speed.
        #expect((1.5...2.6).contains(Double(slow) / Double(own.samples.count)))
        #expect((0.35...0.8).contains(Double(fast) / Double(own.samples.count)))

        let many = try await speak(
            "Good morning. How are you today? I am fine, thank you very much indeed.",
            with: engine
        )
        #expect(many.deliveries >= 3)
        for text in ["", " \n", "?!", "***", "🙂"] {
            #expect(try await speak(text, with: engine).samples.isEmpty, "\(text)")
        }
    }

    @Test("Speaks odd text without failing, and a word of hundreds of letters in bounded sentences")
    func odd() async throws {
        let engine = try await Self.engine()
        for text in ["\0a\0", "[[x]] -v de --stdin", "1234567890 1234567890", "(((", "…"] {
            _ = try await speak(text, with: engine)
        }
        let recording = try await speak(String(repeating: "Wa", count: 400), speed: 4, with: engine)
        #expect(!recording.samples.isEmpty)
    }

    @Test("Ends at once when it is cancelled, and delivers nothing more")
    func cancelled() async throws {
        let engine = try await Self.engine()
        let (firsts, first) = AsyncStream.makeStream(of: Void.self)
        let (gate, recording) = (BlockingGate(), Recording())
        let text = String(repeating: Self.sentence + " ", count: 20)
        let speaking = Task {
            try await engine.speak(SynthesisRequest(text: text)) { audio in
                recording.add(audio)
                first.yield()
                gate.wait()
            }
        }
        for await _ in firsts { break }
        let waiting = Task { try await engine.speak(SynthesisRequest(text: text)) { recording.add($0) } }
        await until { engine.waiting == 1 }
        waiting.cancel()
        await #expect(throws: SynthesisError.cancelled) { try await waiting.value }

        speaking.cancel()
        gate.open()
        await #expect(throws: SynthesisError.cancelled) { try await speaking.value }
        #expect(recording.deliveries == 1)
        await until { engine.active == 0 }

        // While espeak-ng or the thread is at work, of which nothing is heard.
        let early = Task { try await engine.speak(SynthesisRequest(text: Self.sentence)) { recording.add($0) } }
        await until { engine.active == 1 }
        early.cancel()
        await #expect(throws: SynthesisError.cancelled) { try await early.value }

        // The thread is free again.
        #expect(try await !speak("One more.", with: engine).samples.isEmpty)
        #expect(recording.deliveries == 1)
    }

    @Test("Speaks from many tasks at once what it speaks alone")
    func concurrent() async throws {
        let engine = try await Self.engine(threads: 2)
        let texts = ["One two three.", "Good morning to all of you.", Self.sentence]
        let alone = try await texts.concurrentMap { try await speak($0, with: engine).samples.count }
        let together = try await (texts + texts).concurrentMap { try await speak($0, with: engine).samples.count }
        // The model varies how long it holds each sound.
        for (index, count) in together.enumerated() { #expect(abs(count - alone[index % 3]) * 3 < alone[index % 3]) }
    }

    @Test("Is understood by the embedded recogniser, with at most one wrong word in ten")
    func understood() async throws {
        let engine = try await Self.engine()
        let model = try SherpaModel(folder: InstalledSherpa.folder)
        let recogniser = try await SherpaTranscriber.load(model, library: InstalledSherpa.library, threads: 1)
        var (errors, words, heard) = (0, 0, "")
        for text in Self.texts {
            let samples = try await speak(text, with: engine).samples
            let transcript = try await recogniser.transcribe(.init(samples: try Self.at16kHz(samples))).text
            heard += transcript + " "
            errors += WordErrors.count(in: transcript, expected: WordErrors.words(of: text))
            words += WordErrors.words(of: text).count
        }
        // 1 to 3 of the 120 words were heard wrongly.
        #expect(errors * 10 <= words, "\(errors) of \(words) words: \(heard)")
    }

    private static func at16kHz(_ samples: [Int16]) throws -> [Int16] {
        let resampler = try Resampler(from: 22_050)
        var output: [Int16] = []
        resampler.process(samples, into: &output)
        resampler.drain(into: &output)
        return output
    }

    private static let texts = [
        sentence,
        "Please remember to close the window before you go to bed.",
        "My sister bought a blue bicycle and a small yellow basket for it.",
        "We could have dinner together on Friday, if you have the time.",
        "Nobody in the office knew where the keys of the old garage were.",
        "The weather will be warm and sunny until the end of the week.",
        "Could you tell me how to get to the nearest station, please?",
        "He opened the letter slowly, and then he began to laugh.",
        "Most of the children were already asleep when the music stopped.",
        "It takes about twenty minutes to walk from here to the river.",
    ]

    // Damage

    @Test("Refuses files that are damaged, before the library sees what ends the process", arguments: Damage.allCases)
    private func damaged(damage: Damage) async throws {
        let folder = try InstalledVoice.copy()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/" + damage.file
        let whole = try Data(contentsOf: URL(filePath: path))
        try FileManager.default.removeItem(atPath: path)
        if let data = damage.apply(whole) { try data.write(to: URL(filePath: path)) }
        await #expect { try await Self.engine(folder) } throws: { error in
            String(describing: error).contains(damage.reason)
        }
    }

    private enum Damage: CaseIterable {
        case cutOff, noMetadata, brokenGraph, noModel, noTokens, garbledTokens, doubledTokens, otherTokens

        var file: String {
            switch self {
            case .cutOff, .noMetadata, .brokenGraph, .noModel: InstalledVoice.model
            case .noTokens, .garbledTokens, .doubledTokens, .otherTokens: "tokens.txt"
            }
        }

        var reason: String {
            switch self {
            case .cutOff: "is damaged"
            case .noMetadata: "has no metadata"
            case .brokenGraph: "cannot load the voice"
            case .noModel: "no voice that is known"
            case .noTokens: "no file with tokens"
            case .garbledTokens, .doubledTokens: "no table of tokens"
            case .otherTokens: "cannot make"
            }
        }

        func apply(_ whole: Data) -> Data? {
            switch self {
            case .cutOff: whole.prefix(whole.count / 2)
            case .noMetadata: whole.prefix(whole.count - 129)
            case .brokenGraph: whole.prefix(1_000_000) + Data(count: 100_000) + whole.dropFirst(1_100_000)
            case .noModel, .noTokens: nil
            case .garbledTokens: Data("garbage\n".utf8)
            case .doubledTokens: whole + Data("a 300\n".utf8)
            case .otherTokens: Data("_ 0\n^ 1\n$ 2\n".utf8)
            }
        }
    }

    @Test("Says what is missing: library, program, language")
    func missing() async throws {
        let model = try NeuralVoiceModel(folder: InstalledVoice.folder)
        await #expect(throws: NeuralVoiceError.noPhonemizer(program: "/proc/nowhere/espeak-ng")) {
            try await SherpaSynthesizer.load(
                model,
                library: InstalledSherpa.library,
                phonemizer: "/proc/nowhere/espeak-ng"
            )
        }
        let error = await #expect(throws: NeuralVoiceError.self) {
            try await SherpaSynthesizer.load(model, library: InstalledVoice.folder + "/tokens.txt")
        }
        guard case .noLibrary? = error else {
            Issue.record("Another error: \(String(describing: error))")
            return
        }
        let unknown = Phonemizer(language: "xx-nope", tokens: model.tokens)
        await #expect(throws: NeuralVoiceError.noLanguage(name: "xx-nope", program: "espeak-ng")) {
            try await unknown.check()
        }
    }
}
