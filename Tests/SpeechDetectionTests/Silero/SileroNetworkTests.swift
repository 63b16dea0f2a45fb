import Audio
import Foundation
import TestSupport
import Testing

@testable import SpeechDetection

@Suite("Silero network")
struct SileroNetworkTests {
    static func noise(frames: Int, seed: UInt64 = 7) -> [[Int16]] {
        var random = SeededGenerator(seed: seed)
        return (0..<frames).map { frame in
            let level = Int16(truncatingIfNeeded: 1 << (frame % 15))
            return (0..<512).map { _ in Int16.random(in: -level...level, using: &random) }
        }
    }

    static func network(_ model: RandomModel, _ kernel: PanelKernel = .best) throws -> SileroNetwork {
        SileroNetwork(weights: try SileroWeights(file: SafetensorsFile(parsing: model.bytes)), kernel: kernel)
    }

    @Test("Agrees with a second definition on random weights", arguments: 1...3 as ClosedRange<UInt64>)
    func secondDefinition(seed: UInt64) throws {
        let model = RandomModel(seed: seed)
        let detector = SileroDetector(network: try Self.network(model))
        var plain = PlainNetwork(model)
        var scores: Set<Float> = []
        for frame in Self.noise(frames: 8, seed: seed) {
            let score = detector.score(frame.span)
            #expect(abs(Double(score) - plain.score(frame)) < 1e-5)
            scores.insert(score)
        }
        #expect(scores.count == 8)
    }

    @Test("Keeps the streams of one network apart, also on many threads")
    func streams() async throws {
        let network = try Self.network(RandomModel())
        let alone = (0..<4).map { stream in
            let detector = SileroDetector(network: network)
            return Self.noise(frames: 12, seed: UInt64(stream)).map { detector.score($0.span) }
        }
        let together = await withTaskGroup(of: (Int, [Float]).self) { group in
            for stream in 0..<4 {
                group.addTask {
                    let detector = SileroDetector(network: network)
                    return (stream, Self.noise(frames: 12, seed: UInt64(stream)).map { detector.score($0.span) })
                }
            }
            return await group.reduce(into: [Int: [Float]]()) { $0[$1.0] = $1.1 }
        }
        for stream in 0..<4 { #expect(together[stream] == alone[stream]) }
        #expect(Set(alone.map(\.last)).count == 4)
    }

    @Test("Starts over when reset, and remembers the stream until then")
    func reset() throws {
        let detector = SileroDetector(network: try Self.network(RandomModel()))
        let frames = Self.noise(frames: 6)
        let first = frames.map { detector.score($0.span) }
        #expect(frames.map { detector.score($0.span) } != first)
        detector.reset()
        #expect(frames.map { detector.score($0.span) } == first)
    }

    /// Arithmetic on numbers that are too small for their exponent is a hundred times slower on some processors.
    @Test("Remembers no denormal numbers", arguments: [0, 1, 32_767] as [Int16])
    func denormals(level: Int16) throws {
        let network = try FetchedModel.network.get()
        var state = SileroNetwork.State()
        let samples = (0..<SpectrumTransform.samples).map { Float($0 % 2 == 0 ? level : -level) / 32_768 }
        for _ in 0..<300 {
            _ = network.score(samples, &state)
            for vector in state.hidden + state.cells {
                #expect(vector.indices.allSatisfy { !vector[$0].isSubnormal && vector[$0].isFinite })
            }
        }
    }

    @Test("Finds the four sentences of test.wav with its own turn detection")
    func sentences() throws {
        struct Fixture: Decodable {
            struct Utterance: Decodable { var start_ms, end_ms: Int }
            var utterances: [Utterance]
        }
        let json = try Data(contentsOf: FetchedModel.root.appending(path: "Tests/Fixtures/test-wav.json"))
        let expected = try JSONDecoder().decode(Fixture.self, from: json).utterances
        let speech = try FetchedModel.speech()
        let detector = SileroDetector(network: try FetchedModel.network.get())
        var segmenter = Segmenter(frameLength: 512, turnDetection: .silero, maximumUtterance: 24 * 16_000)
        var found: [Range<SamplePosition>] = []
        for start in stride(from: 0, through: speech.count - 512, by: 512) {
            let frame = speech.span.extracting(start..<start + 512)
            let events = segmenter.advance(score: detector.score(frame), energy: FrameEnergy.level(frame))
            for case .ended(let segment) in events where segment.reason == .silence { found.append(segment.range) }
        }
        try #require(found.count == expected.count)
        for (found, expected) in zip(found, expected) {
            #expect((200...300).contains(expected.start_ms - Int(found.lowerBound) / 16))
            #expect((200...300).contains(Int(found.upperBound) / 16 - expected.end_ms))
        }
    }
}
