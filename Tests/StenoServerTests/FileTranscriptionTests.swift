import Audio
import AudioFiles
import Foundation
import HTTPTypes
import InMemoryLogging
import Limits
import Logging
import Sessions
import SpeechDetection
import Synchronization
import TestSupport
import Testing
import Transcription

@testable import StenoServer

@Suite("File transcription", .timeLimit(.minutes(1)))
struct FileTranscriptionTests {
    /// Four sentences in 16.9 seconds.
    static let speech: [Int16] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let bytes = (try? Data(contentsOf: root.appending(path: "test.wav"))) ?? Data()
        return (try? WAVFile(parsing: Array(bytes)))?.samples ?? []
    }()

    let engine = ScriptedTranscriber()
    let log = InMemoryLogHandler()

    func file(
        _ samples: [Int16],
        _ settings: SessionSettings = SessionSettings(),
        _ change: (inout TranscriptionForm) -> Void = { _ in }
    ) throws -> FileTranscription {
        var form = try TranscriptionForm(MultipartForm(file: SpooledFile([1])))
        change(&form)
        let log = log
        return FileTranscription(
            try SampleFile(samples),
            asked: form,
            settings: settings,
            detectors: .webRTC,
            transcriber: engine,
            metrics: SessionMetrics(factory: PrometheusRegistry()),
            share: MemoryBudget(limit: .max).makeShare(),
            logger: Logger(label: "test") { _ in log }
        )
    }

    @Test("Transcribes a short file whole, sample for sample, as asked")
    func whole() async throws {
        let file = try file(Self.speech) { form in
            form.language = try? LanguageChoice(reading: "de")
            form.prompt = "Namen"
        }
        async let transcript = file.run()
        await until { engine.waiting == [0] }
        let request = try #require(engine.requests.first)
        #expect(request.samples == Self.speech)
        #expect((request.language, request.prompt) == ("de", "Namen"))
        // The detector hears a file too that it does not cut.
        #expect((request.voice?.voiced ?? 0) > Self.speech.count / 2)
        #expect(!request.wantsWordTimes)
        engine.answer(0, .success(Transcript(text: "all")))
        let heard = try await transcript
        #expect(heard.text == "all")
        #expect(heard.segments.map(\.range) == [0..<SamplePosition(Self.speech.count)])
        #expect(log.entries.last?.metadata["steno.samples.transcribed"] == "\(Self.speech.count)")
    }

    @Test("Transcribes a file as long as the longest utterance whole, and cuts one that is longer by a sample")
    func boundary() async throws {
        var settings = SessionSettings()
        settings.maximumUtterance = Self.speech.count
        #expect(try file(Self.speech, settings).settings.turnDetection == nil)
        settings.maximumUtterance -= 1
        #expect(try file(Self.speech, settings).settings.turnDetection != nil)
    }

    @Test("Cuts when asked, transcribes concurrently, and gives segments in order as soon as they can be told")
    func cuts() async throws {
        let file = try file(Self.speech) { $0.chunking = try? ChunkingStrategy(Self.auto) }
        let told = Mutex<[String]>([])
        async let transcript = file.run { segment in told.withLock { $0.append(segment.separator + segment.text) } }
        await until { engine.waiting == [0, 1, 2, 3] }
        let lengths = engine.requests.map(\.samples.count)
        for index in [3, 1, 2] { engine.answerWithLength(index) }
        #expect(told.withLock { $0 }.isEmpty)
        engine.answerWithLength(0)
        let heard = try await transcript
        #expect(Set(heard.segments.map { $0.range.count }) == Set(lengths))
        #expect(heard.segments.map { "\($0.range.count)" } == heard.segments.map(\.text))
        #expect(heard.segments.map(\.range.lowerBound).sorted() == heard.segments.map(\.range.lowerBound))
        #expect(told.withLock { $0 }.joined() == heard.text)
    }

    @Test("Uses the silence that the client names")
    func rules() async throws {
        let strategy = MultipartForm(fields: [
            (name: "chunking_strategy[type]", value: "server_vad"),
            (name: "chunking_strategy[silence_duration_ms]", value: "10000"),
        ])
        let file = try file(Self.speech) { $0.chunking = try? ChunkingStrategy(strategy) }
        async let transcript = file.run()
        await until { engine.waiting == [0] }
        engine.answerWithLength(0)
        #expect(try await transcript.segments.count == 1)
    }

    @Test("Fails as a whole when one utterance does, and gives the others up")
    func failure() async throws {
        let file = try file(Self.speech) { $0.chunking = try? ChunkingStrategy(Self.auto) }
        async let transcript = file.run()
        await until { engine.waiting == [0, 1, 2, 3] }
        let first = engine.requests.indices.first {
            engine.requests[$0].samples.starts(with: Self.speech[4_800..<5_800])
        }
        engine.answer(try #require(first), .failure(.timeout(seconds: 30)))
        do {
            _ = try await transcript
            Issue.record("It succeeded")
        } catch {
            #expect(error as? TranscriptionError == .timeout(seconds: 30))
        }
        #expect(engine.waiting.isEmpty)
        let entry = try #require(log.entries.last)
        #expect(entry.metadata["steno.samples.received"] == "\(Self.speech.count)")
        #expect(entry.metadata["steno.samples.transcribed"] == "0")
    }

    @Test("Gives everything up when cancelled")
    func cancellation() async throws {
        let file = try file(Self.speech)
        await withThrowingTaskGroup(of: FileTranscript.self) { group in
            group.addTask { try await file.run() }
            await until { engine.waiting == [0] }
            group.cancelAll()
            await #expect(throws: (any Error).self) { try await group.waitForAll() }
        }
        #expect(engine.waiting.isEmpty)
        #expect(log.entries.last?.metadata["steno.samples.failed"] == "\(Self.speech.count)")
    }

    @Test("Hears nothing where nobody speaks without asking the engine, however long the file", arguments: [1, 23, 30])
    func silence(seconds: Int) async throws {
        var random = SeededGenerator(seed: 7)
        let noise = (0..<seconds * 16_000).map { _ in Int16.random(in: -2_000...2_000, using: &random) }
        for samples in [[Int16](repeating: 0, count: noise.count), noise] {
            let transcript = try await file(samples).run()
            #expect(transcript.text.isEmpty)
            #expect(transcript.duration == Double(seconds))
            #expect(engine.requests.isEmpty)
            #expect(log.entries.last?.metadata["steno.samples.discarded"] == "\(samples.count)")
        }
    }

    @Test("Sends silence around speech along with it")
    func surroundings() async throws {
        let silence = [Int16](repeating: 0, count: 2 * 16_000)
        let samples = silence + Self.speech + silence
        let file = try file(samples)
        async let transcript = file.run()
        await until { engine.waiting == [0] }
        #expect(engine.requests.map(\.samples) == [samples])
        engine.answerWithLength(0)
        #expect(try await transcript.cues.allSatisfy { $0.range.lowerBound >= SamplePosition(silence.count) })
    }

    @Test("Asks for word times where the answer needs them", arguments: TranscriptionForm.Format.allCases)
    func wordTimes(format: TranscriptionForm.Format) async throws {
        let file = try file(Self.speech) { $0.format = format }
        async let transcript = file.run()
        await until { engine.waiting == [0] }
        engine.answerWithLength(0)
        _ = try await transcript
        #expect(engine.requests[0].wantsWordTimes == [.srt, .vtt, .verboseJSON].contains(format))
    }

    static let auto = MultipartForm(fields: [(name: "chunking_strategy", value: "auto")])
}
