/// The Silero network as a detector: a score every 32 ms, most of the time near 0 or 1.
///
/// Each detector keeps 1.3 kB for its stream; the network is shared.
public final class SileroDetector: VoiceActivityDetector {
    /// 32 ms.
    public let frameLength = 512

    /// Samples of the last frame that the network sees again.
    private static let context = 64

    private let network: SileroNetwork
    private var state = SileroNetwork.State()
    private var previous = [Int16](repeating: 0, count: context)

    public init(network: SileroNetwork) { self.network = network }

    public func score(_ frame: Span<Int16>) -> Float {
        precondition(frame.count == frameLength, "A frame holds 512 samples")
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: SpectrumTransform.samples) { samples in
            fill(samples, frame: frame)
            for index in 0..<Self.context { previous[index] = frame[frameLength - Self.context + index] }
            guard let first = samples.baseAddress else { return 0 }
            return network.score(first, &state)
        }
    }

    public func reset() {
        state = SileroNetwork.State()
        for index in previous.indices { previous[index] = 0 }
    }

    /// The end of the frame before, the frame, and its end again as a mirror shows it, from the last but one on.
    private func fill(_ samples: UnsafeMutableBufferPointer<Float>, frame: Span<Int16>) {
        let scale: Float = 1 / 32_768
        for index in 0..<Self.context { samples.initializeElement(at: index, to: Float(previous[index]) * scale) }
        for index in 0..<frameLength {
            samples.initializeElement(at: Self.context + index, to: Float(frame[index]) * scale)
        }
        let end = Self.context + frameLength
        for index in 0..<Self.context { samples.initializeElement(at: end + index, to: samples[end - 2 - index]) }
    }
}
