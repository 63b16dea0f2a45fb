import Audio
import TestSupport
import Testing

@testable import Sessions

@Suite("Signal buffer")
struct SignalBufferTests {
    private static let reduction = AudioEnhancement(noiseReduction: .farField, gainControl: true)

    /// Noise that the enhancer changes; every sample is its own.
    private static let input: [Int16] = {
        var random = SeededGenerator(seed: 5)
        return (0..<16_000).map { _ in .random(in: -4_000...4_000, using: &random) }
    }()

    private static func enhanced(_ input: [Int16]) throws -> [Int16] {
        let enhancer = try AudioEnhancer(reduction)
        var output: [Int16] = []
        enhancer.process(input, into: &output)
        enhancer.drain(into: &output)
        return output
    }

    private static func scored(_ buffer: SignalBuffer, from start: SamplePosition = 0) -> [Int16] {
        buffer.withScored(start..<buffer.end) { samples in samples.indices.map { samples[$0] } }
    }

    @Test("Gives each listener its signal, sample by sample", arguments: AudioEnhancement.Listener.allCases)
    func listeners(listener: AudioEnhancement.Listener) throws {
        var enhancement = Self.reduction
        enhancement.listener = listener
        let enhanced = try Self.enhanced(Self.input)
        var random = SeededGenerator(seed: 6)
        var buffer = SignalBuffer(enhancement)
        var start = 0
        while start < Self.input.count {
            let end = min(Self.input.count, start + Int.random(in: 0...700, using: &random))
            buffer.append { $0 += Self.input[start..<end] }
            start = end
            // A sample counts only when both listeners can hear it.
            #expect((end - 255...end).contains(Int(buffer.end)))
            #expect(Self.scored(buffer).count == Int(buffer.end))
        }
        buffer.drain()
        #expect(buffer.copy(0..<buffer.end) == (listener == .detector ? Self.input : enhanced))
        #expect(Self.scored(buffer) == (listener == .transcriber ? Self.input : enhanced))
    }

    /// The enhancement changes every so often, and the detector always has a part of a frame to come.
    @Test("Loses no sample and moves none when the enhancement changes", arguments: 0..<40)
    func changes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var buffer = SignalBuffer(AudioEnhancement())
        var start = 0
        var position: SamplePosition = 0
        while start < Self.input.count {
            let end = min(Self.input.count, start + Int.random(in: 0...2_000, using: &random))
            buffer.append { $0 += Self.input[start..<end] }
            start = end
            position = max(position, buffer.end / 512 * 512)
            buffer.drop(before: max(0, position - 3_000), scoredTo: position)
            #expect(Self.scored(buffer, from: position).count == Int(buffer.end - position))
            let enhancement = AudioEnhancement(
                noiseReduction: Bool.random(using: &random) ? .nearField : nil,
                gainControl: Bool.random(using: &random),
                listener: .allCases.randomElement(using: &random) ?? .both
            )
            buffer.setEnhancement(enhancement, scoredTo: position)
            // It holds samples back only if nothing has changed.
            #expect((start - 255...start).contains(Int(buffer.end)))
        }
        buffer.setEnhancement(AudioEnhancement(), scoredTo: position)
        buffer.append { $0 += [1, 2, 3] }
        #expect(Int(buffer.end) == Self.input.count + 3)
        #expect(buffer.copy(buffer.end - 3..<buffer.end) == [1, 2, 3])
        #expect(Self.scored(buffer, from: buffer.end - 3) == [1, 2, 3])
    }

    @Test("Forgets on a reset what has not come out")
    func reset() {
        var buffer = SignalBuffer(AudioEnhancement(noiseReduction: .nearField, listener: .detector))
        buffer.append { $0 += Self.input[..<1_000] }
        let end = buffer.end
        buffer.reset()
        buffer.drain()
        #expect(buffer.end == end)
        buffer.append { $0 += Self.input[..<1_000] }
        buffer.drain()
        #expect(buffer.copy(end..<buffer.end) == Array(Self.input[..<1_000]))
    }
}
