import Dispatch
import SpeechSynthesis
import Synchronization

/// What was delivered, and how often.
final class Recording: Sendable {
    private let state = Mutex((samples: [Int16](), deliveries: 0, rates: Set<Int>()))

    var samples: [Int16] { state.withLock { $0.samples } }
    var deliveries: Int { state.withLock { $0.deliveries } }
    var rates: Set<Int> { state.withLock { $0.rates } }

    func add(_ audio: SynthesizedAudio) {
        state.withLock { state in
            state.samples += audio.samples
            state.deliveries += 1
            state.rates.insert(audio.rate)
        }
    }
}

/// Holds threads, which may not suspend.
final class BlockingGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() {
        semaphore.wait()
        semaphore.signal()
    }

    func open() { semaphore.signal() }
}

extension Array where Element: Sendable {
    /// The results in the order of the elements, made at once.
    func concurrentMap<Result: Sendable>(
        _ transform: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            for (index, element) in enumerated() { group.addTask { (index, try await transform(element)) } }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
