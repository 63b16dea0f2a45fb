import Synchronization
import Waiting

/// A piece of text that a thread speaks for a caller, who may leave before the thread has finished.
final class NeuralPiece: Sendable {
    typealias Outcome = Result<Void, SynthesisError>

    private struct State {
        var isCancelled = false
        var isDelivering = false
    }

    private let content: SherpaVoice.Content
    private let speaker: Int
    private let speed: Double
    private let deliver: @Sendable (SynthesizedAudio) -> Void
    private let state = Mutex(State())
    private let outcome = Promise<Outcome>()

    /// - Parameter deliver: Called by the thread; never after the caller has left.
    init(
        _ content: SherpaVoice.Content,
        speaker: Int,
        speed: Double,
        deliver: @escaping @Sendable (SynthesizedAudio) -> Void
    ) {
        self.content = content
        self.speaker = speaker
        self.speed = speed
        self.deliver = deliver
    }

    /// Returns once the piece is spoken, or at once when it is cancelled and nothing is being delivered.
    func finished() async -> Outcome {
        await outcome.value(onCancel: {
            let isDelivering = state.withLock { state in
                state.isCancelled = true
                return state.isDelivering
            }
            if !isDelivering { outcome.fulfill(.failure(.cancelled)) }
        })
    }

    /// Blocks until the piece is spoken, or, once cancelled, until the sentence at hand is.
    func speak(with voice: SherpaVoice) {
        guard !state.withLock({ $0.isCancelled }) else { return }
        var trimmer = SilenceTrimmer(rate: voice.rate)
        let hasSpoken = voice.speak(content, speaker: speaker, speed: speed) { samples in
            hand(trimmer.take(samples.map(Self.sample)), rate: voice.rate)
        }
        guard hasSpoken else { return _ = outcome.fulfill(.failure(.engineFailed)) }
        _ = hand(trimmer.finish(), rate: voice.rate)
        outcome.fulfill(.success(()))
    }

    /// Whether more is wanted.
    private func hand(_ samples: [Int16], rate: Int) -> Bool {
        let isWanted = state.withLock { state in
            state.isDelivering = !state.isCancelled
            return state.isDelivering
        }
        guard isWanted else { return false }
        if !samples.isEmpty { deliver(SynthesizedAudio(samples: samples, rate: rate)) }
        let isCancelled = state.withLock { state in
            state.isDelivering = false
            return state.isCancelled
        }
        if isCancelled { outcome.fulfill(.failure(.cancelled)) }
        return !isCancelled
    }

    private static func sample(_ value: Float) -> Int16 {
        guard value.isFinite else { return 0 }
        return Int16(min(max(value * 32_767, -32_768), 32_767))
    }
}
