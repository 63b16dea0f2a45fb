import Audio
import Foundation
import TestSupport
import Testing

@testable import SpeechDetection

/// Somebody who reads a long sentence, at `SampleClock.rate`; what `scripts/fetch-test-speech` fetches.
enum RealSpeech {
    private static let file = FetchedModel.root.appending(path: ".build/test-speech/two_cities.wav")
    static let isThere = FileManager.default.fileExists(atPath: file.path)

    static func samples() throws -> [Int16] {
        let recording = try WAVFile(parsing: [UInt8](try Data(contentsOf: file)))
        let resampler = try Resampler(from: recording.sampleRate)
        var samples: [Int16] = []
        resampler.process(recording.mono, into: &samples)
        resampler.drain(into: &samples)
        return samples
    }
}

/// What setup has put beside the sources; without it there is nothing to test, and setup has said why.
enum InstalledSmartTurn {
    static let model = FetchedModel.root.appending(path: "models/\(SmartTurn.modelName)/\(SmartTurn.modelFile)").path
    static let library = FetchedModel.root.appending(path: SmartTurn.libraryPath).path
    static let isThere = [model, library].allSatisfy(FileManager.default.fileExists)
}

@Suite(
    "Smart Turn",
    .enabled(if: InstalledSmartTurn.isThere, "Smart Turn or onnxruntime could not be fetched from PyPI"),
    .timeLimit(.minutes(5))
)
struct SmartTurnTests {
    /// One for most tests.
    static let shared = Task { try await load(threads: 2) }

    static func load(threads: Int) async throws -> SmartTurn {
        try await SmartTurn.load(
            model: InstalledSmartTurn.model,
            library: InstalledSmartTurn.library,
            threads: threads
        )
    }

    /// What pipecat-ai 1.14.0 says with onnxruntime 1.31.1 of the beginning of test.wav, up to so many samples.
    ///
    /// The speech is synthetic: a voice whose pitch does not fall at the end of a sentence has not finished.
    static let references: [(samples: Int, probability: Float)] = [
        (20_000, 0.069), (40_000, 0.067), (60_000, 0.074), (80_000, 0.014), (100_000, 0.022), (120_000, 0.949),
    ]

    /// Other processors and versions round the network's 8-bit integers otherwise.
    @Test("Says what the program says that the model comes with", arguments: references)
    func reference(samples: Int, probability: Float) async throws {
        let audio = Array(try FetchedModel.speech().prefix(samples))
        let said = try #require(await Self.shared.value.probabilityOfEnd(of: audio))
        #expect(abs(said - probability) < 0.15)
    }

    /// 40 s of one sentence, whose last words nobody takes for anything but the end.
    @Test(
        "Hears in real speech that the sentence goes on, and that it is over",
        .enabled(if: RealSpeech.isThere, "The recording could not be fetched from PyPI")
    )
    func realSpeech() async throws {
        let model = try await Self.shared.value
        let speech = try RealSpeech.samples()
        let silence = [Int16](repeating: 0, count: SampleClock.samples(milliseconds: 200))
        let end = try #require(await model.probabilityOfEnd(of: speech + silence))
        var cuts: [Float] = []
        for second in stride(from: 2, through: 38, by: 4) {
            let beginning = speech.prefix(second * SampleClock.rate)
            cuts.append(try #require(await model.probabilityOfEnd(of: beginning + silence)))
        }
        #expect(end > 0.9)
        #expect(cuts.count { $0 < 0.5 } * 3 >= cuts.count * 2)
        #expect(cuts.reduce(0, +) / Float(cuts.count) < end / 2)
    }

    /// Why it is only asked after speech.
    @Test("Takes audio without speech for a turn that is over", arguments: [0, 16_000, 128_000, 160_000])
    func silence(count: Int) async throws {
        let probability = try await Self.shared.value.probabilityOfEnd(of: [Int16](repeating: 0, count: count))
        #expect(try #require(probability) > 0.5)
    }

    @Test("Says the same from many tasks at once as from one")
    func concurrent() async throws {
        let model = try await Self.shared.value
        let speech = try FetchedModel.speech()
        let turns = Self.references.map { Array(speech.prefix($0.samples)) }
        var alone: [Float?] = []
        for turn in turns { alone.append(await model.probabilityOfEnd(of: turn)) }
        #expect(!alone.contains(nil) && Set(alone).count > 1)
        let together = await withTaskGroup(of: (Int, Float?).self) { group in
            for (index, turn) in turns.enumerated() {
                group.addTask { (index, await model.probabilityOfEnd(of: turn)) }
            }
            return await group.reduce(into: [Float?](repeating: nil, count: turns.count)) { $0[$1.0] = $1.1 }
        }
        #expect(together == alone)
    }

    @Test("Lets a cancelled call go, whether it waits or runs, and serves the next")
    func cancellation() async throws {
        let model = try await Self.load(threads: 1)
        let audio = [Int16](repeating: 100, count: 16_000)
        let calls = (0..<3).map { _ in Task { await model.probabilityOfEnd(of: audio) } }
        await until { model.active == 1 && model.waiting == 2 }
        for call in calls { call.cancel() }
        for call in calls { #expect(await call.value == nil) }
        #expect(model.waiting == 0)
        #expect(await model.probabilityOfEnd(of: audio) != nil)
    }

    @Test("Runs no more calls at once than it has threads")
    func bound() async throws {
        let model = try await Self.load(threads: 2)
        let calls = (0..<5).map { _ in Task { await model.probabilityOfEnd(of: []) } }
        await until { model.waiting == 3 }
        #expect(model.active == 2)
        for call in calls { #expect(await call.value != nil) }
        #expect(model.active == 0)
    }

    @Test("Stops a run that has not begun")
    func stopped() throws {
        let network = try SmartTurnNetwork(path: InstalledSmartTurn.model, library: InstalledSmartTurn.library)
        let features = SpeechFeatures().features(of: [])
        let run = try #require(network.makeRun())
        #expect(run.probability(features) != nil)
        run.stop()
        #expect(run.probability(features) == nil)
    }

    @Test("Says which file is not there, is damaged, or is another")
    func failures() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "turn-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let cut = folder.appending(path: "cut.onnx").path
        let data = try Data(contentsOf: URL(filePath: InstalledSmartTurn.model))
        try data.prefix(data.count / 2).write(to: URL(filePath: cut))
        let other = FetchedModel.root.appending(path: "models/moonshine-tiny-en/encoder_model.ort").path

        #expect(await Self.error(model: "/proc/nowhere") == .noModel(path: "/proc/nowhere"))
        for path in [cut, other] {
            guard case .unusableModel(path, let reason) = await Self.error(model: path) else {
                Issue.record("\(path) was taken")
                continue
            }
            #expect(!reason.isEmpty && !reason.contains("\n"))
        }
        for library in ["/proc/nowhere", cut, "libc.so.6"] {
            guard case .noLibrary(library, let reason) = await Self.error(library: library) else {
                Issue.record("\(library) was taken")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }

    private static func error(
        model: String = InstalledSmartTurn.model,
        library: String = InstalledSmartTurn.library
    ) async -> SmartTurnError? {
        do throws(SmartTurnError) {
            _ = try await SmartTurn.load(model: model, library: library, threads: 1)
            return nil
        } catch {
            return error
        }
    }
}
