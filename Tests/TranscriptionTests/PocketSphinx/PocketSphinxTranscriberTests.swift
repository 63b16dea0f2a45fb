import Audio
import Foundation
import InMemoryLogging
import Logging
import TestSupport
import Testing

@testable import Transcription

@Suite("PocketSphinx transcriber", .timeLimit(.minutes(5)))
struct PocketSphinxTranscriberTests {
    /// One for all tests: two decoders.
    static let shared = Task { try await PocketSphinxTranscriber.load(PocketSphinxModel(), threads: 2) }

    let recording: TestRecording

    init() throws { recording = try TestRecording() }

    @Test("Hears every word of the test recording")
    func words() async throws {
        let engine = try await Self.shared.value
        #expect(recording.utterances.count == 4)
        for utterance in recording.utterances {
            let transcript = try await engine.transcribe(.init(samples: recording.samples(of: utterance)))
            #expect(transcript.text == utterance.text)
            #expect(transcript.words.map(\.text) == utterance.words)
        }
    }

    @Test("Hears the same from many tasks at once")
    func concurrent() async throws {
        let engine = try await Self.shared.value
        let heard = try await withThrowingTaskGroup(of: (String, String).self) { group in
            for utterance in recording.utterances + recording.utterances.reversed() {
                let samples = recording.samples(of: utterance)
                group.addTask { (utterance.text, try await engine.transcribe(.init(samples: samples)).text) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(heard.count == 8)
        for (expected, text) in heard { #expect(text == expected) }
    }

    @Test("Places words within 100 ms of the pauses")
    func times() async throws {
        let transcript = try await Self.shared.value.transcribe(.init(samples: recording.samples))
        let tolerance = SampleClock.samples(milliseconds: 100)
        for utterance in recording.utterances {
            let inside = transcript.words.filter { $0.range.overlaps(utterance.range) }
            let first = try #require(inside.first)
            let last = try #require(inside.last)
            #expect(abs(first.range.lowerBound - utterance.range.lowerBound) <= tolerance, "\(first)")
            #expect(abs(last.range.upperBound - utterance.range.upperBound) <= tolerance, "\(last)")
        }
        let pairs = zip(transcript.words, transcript.words.dropFirst())
        #expect(pairs.allSatisfy { !$0.range.isEmpty && $0.range.upperBound <= $1.range.lowerBound })
        // Words without a pause between them touch.
        #expect(pairs.contains { $0.range.upperBound == $1.range.lowerBound })
    }

    @Test("Hears nothing in exact silence", arguments: [0, 1, 1_600, 48_000])
    func silence(count: Int) async throws {
        let transcript = try await Self.shared.value.transcribe(.init(samples: Array(repeating: 0, count: count)))
        #expect(transcript == Transcript(text: ""))
    }

    @Test(
        "Hears nothing in less than a tenth of a second",
        arguments: [1, 2, 159, 160, 161, 409, 410, 411, 800, 1_600]
    )
    func short(count: Int) async throws {
        let samples = (0..<count).map { Int16(truncatingIfNeeded: ($0 * 7_919) % 2_001 - 1_000) }
        #expect(samples.contains { $0 != 0 })
        let transcript = try await Self.shared.value.transcribe(.init(samples: samples))
        #expect(transcript == Transcript(text: ""))
    }

    @Test("Names its threads")
    func threadNames() async throws {
        _ = try await Self.shared.value
        await until { Self.threadNames().isSuperset(of: ["sphinx-0", "sphinx-1"]) }
    }

    @Test("Ends its threads with the last reference")
    func ends() async throws {
        weak var queue: DecodingQueue?
        do {
            let engine = try await PocketSphinxTranscriber.load(PocketSphinxModel(), threads: 2)
            queue = engine.queue
            #expect(queue != nil)
        }
        await until { queue == nil }
    }

    @Test("Says once that it hears English only")
    func language() async throws {
        let log = InMemoryLogHandler()
        let logger = Logger(label: "test") { _ in log }
        let engine = try await PocketSphinxTranscriber.load(PocketSphinxModel(), threads: 1, logger: logger)
        for language in [nil, "en", "en-US", "EN_gb"] {
            _ = try await engine.transcribe(.init(samples: [], language: language))
        }
        #expect(log.entries.isEmpty)
        for language in ["de", "fr"] { _ = try await engine.transcribe(.init(samples: [], language: language)) }
        #expect(log.entries.map(\.level) == [.notice])
        #expect(log.entries.first?.metadata == ["steno.language": "de"])
    }

    @Test("Names the folder of a model that it cannot load")
    func unusableModel() async throws {
        let folder = try TemporaryModel()
        defer { folder.remove() }
        try folder.overwrite("en-us.lm.bin", with: "not a language model at all")
        let model = try PocketSphinxModel(folder: folder.path)
        let error = await #expect(throws: PocketSphinxError.self) { try await PocketSphinxTranscriber.load(model) }
        guard case .unusableModel(folder.path, let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("en-us.lm.bin"))
        #expect(error?.description.contains(folder.path) == true)
    }

    private static func threadNames() -> Set<String> {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        let names = tasks.compactMap { try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8) }
        return Set(names.map { String($0.dropLast()) })
    }
}
