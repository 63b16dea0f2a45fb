import Audio
import Foundation
import InMemoryLogging
import Logging
import TestSupport
import Testing

@testable import Transcription

@Suite(
    "Sherpa transcriber",
    .enabled(if: InstalledSherpa.isThere, "\(InstalledSherpa.absence)"),
    .timeLimit(.minutes(5))
)
struct SherpaTranscriberTests {
    /// One for all tests: two threads.
    static let shared = Task {
        try await SherpaTranscriber.load(
            SherpaModel(folder: InstalledSherpa.folder),
            library: InstalledSherpa.library,
            threads: 2
        )
    }

    let recording: TestRecording

    init() throws { recording = try TestRecording() }

    @Test("Hears the test recording with at most one wrong word in ten")
    func words() async throws {
        let engine = try await Self.shared.value
        var errors = 0
        for utterance in recording.utterances {
            let text = try await engine.transcribe(.init(samples: recording.samples(of: utterance))).text
            errors += WordErrors.count(in: text, expected: utterance.words)
        }
        #expect(errors * 10 <= recording.utterances.reduce(0) { $0 + $1.words.count })
    }

    @Test("Writes the same from many tasks at once as from one")
    func concurrent() async throws {
        let engine = try await Self.shared.value
        let utterances = recording.utterances.map { recording.samples(of: $0) }
        var alone: [String] = []
        for samples in utterances { alone.append(try await engine.transcribe(.init(samples: samples)).text) }
        let together = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (index, samples) in (utterances + utterances.reversed()).enumerated() {
                group.addTask { (index, try await engine.transcribe(.init(samples: samples)).text) }
            }
            return try await group.reduce(into: Array(repeating: "", count: 8)) { $0[$1.0] = $1.1 }
        }
        #expect(together == alone + alone.reversed())
    }

    @Test("Hears nothing in exact silence", arguments: [0, 1, 1_600, 48_000])
    func silence(count: Int) async throws {
        let transcript = try await Self.shared.value.transcribe(.init(samples: Array(repeating: 0, count: count)))
        #expect(transcript == Transcript(text: ""))
    }

    @Test("Survives audio of every short length", arguments: [1, 2, 159, 160, 161, 400, 800, 1_600])
    func short(count: Int) async throws {
        let samples = (0..<count).map { Int16(truncatingIfNeeded: ($0 * 7_919) % 2_001 - 1_000) }
        _ = try await Self.shared.value.transcribe(.init(samples: samples))
    }

    @Test("Divides audio beyond 28 s, and loses no sentence by it")
    func long() async throws {
        let samples = recording.samples + recording.samples + recording.samples
        #expect(samples.count > SherpaDecoder.longest)
        let text = try await Self.shared.value.transcribe(.init(samples: samples)).text.lowercased()
        #expect(text.matches(of: /speech recognition system/).count == 3)
        #expect(text.matches(of: /government in washington/).count == 3)
    }

    @Test("Says the language that its model knows, and once that another is ignored")
    func language() async throws {
        let handler = InMemoryLogHandler()
        let engine = try await SherpaTranscriber.load(
            SherpaModel(folder: InstalledSherpa.folder),
            library: InstalledSherpa.library,
            threads: 1,
            logger: Logger(label: "test") { _ in handler }
        )
        for language in ["en", "de", "fr"] {
            let samples = recording.samples(of: recording.utterances[1])
            let transcript = try await engine.transcribe(.init(samples: samples, language: language))
            #expect(transcript.language == "en")
        }
        #expect(handler.entries.count == 1)
    }

    @Test("Ends its threads with the last reference to it")
    func threads() async throws {
        var engine: SherpaTranscriber? = try await SherpaTranscriber.load(
            SherpaModel(folder: InstalledSherpa.folder),
            library: InstalledSherpa.library,
            threads: 3
        )
        let queue = try #require(engine).queue
        #expect(!queue.isClosed)
        engine = nil
        #expect(queue.isClosed)
    }

    @Test("Refuses a model whose files do not fit together")
    func swappedTokens() async throws {
        let folder = try Self.copyOfModel()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // The same tokens with other numbers: loading succeeds, and every word is another.
        let tokens = try String(contentsOfFile: folder + "/tokens.txt", encoding: .utf8)
        let texts = tokens.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        let shifted = texts.indices.map { "\(texts[($0 + 1_000) % texts.count]) \($0)\n" }.joined()
        try FileManager.default.removeItem(atPath: folder + "/tokens.txt")
        try shifted.write(toFile: folder + "/tokens.txt", atomically: true, encoding: .utf8)

        let error = await #expect(throws: SherpaError.self) {
            _ = try await SherpaTranscriber.load(SherpaModel(folder: folder), library: InstalledSherpa.library)
        }
        guard case .wrongWords? = error else {
            Issue.record("Another error: \(String(describing: error))")
            return
        }
    }

    @Test("Refuses a file that is cut off", arguments: ["encoder_model.ort", "decoder_model_merged.ort"])
    func truncated(name: String) async throws {
        let folder = try Self.copyOfModel()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let whole = try Data(contentsOf: URL(filePath: "\(InstalledSherpa.folder)/\(name)"))
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        try whole.prefix(whole.count / 2).write(to: URL(filePath: "\(folder)/\(name)"))

        await #expect(throws: SherpaError.unusableModel(folder: folder)) {
            _ = try await SherpaTranscriber.load(SherpaModel(folder: folder), library: InstalledSherpa.library)
        }
    }

    @Test("Says that a file is no library")
    func noLibrary() async throws {
        let path = InstalledSherpa.folder + "/tokens.txt"
        let error = await #expect(throws: SherpaError.self) {
            _ = try await SherpaTranscriber.load(SherpaModel(folder: InstalledSherpa.folder), library: path)
        }
        guard case .noLibrary(path, _)? = error else {
            Issue.record("Another error: \(String(describing: error))")
            return
        }
    }

    /// A folder with links to the model's files.
    private static func copyOfModel() throws -> String {
        let files = FileManager.default
        let folder = files.temporaryDirectory.appending(path: "steno-\(UUID())").path
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: InstalledSherpa.folder) {
            try files.createSymbolicLink(
                atPath: "\(folder)/\(name)",
                withDestinationPath: "\(InstalledSherpa.folder)/\(name)"
            )
        }
        return folder
    }
}
