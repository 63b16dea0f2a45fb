import Audio
import AudioFiles
import Sessions
import SpeechSynthesis
import Waiting

/// The speech of one request in the format that its client wants.
struct SpeechOutput: Sendable {
    let source: SpeechSource
    /// What is made of it already.
    let beginning: SpeechSource.Beginning
    let format: SpeechFormat
    let encoder: AudioEncoder
    let interruption: Interruption

    /// Sends all of it as it is made, and returns at its end.
    ///
    /// - Parameter write: Takes a part; as long as it does not return, the engine waits.
    /// - Throws: `Interruption.Reason`, `SynthesisError`, `AudioFileError`.
    func send(_ write: @escaping @Sendable ([UInt8]) async -> Void) async throws {
        try await interruption.run {
            let samples = BoundedChannel<[Int16]>(capacity: 8)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { samples.finish() }
                    try await source.send(after: beginning, rate: SpeechFormat.rate, to: samples)
                }
                try await encode(samples, write: write)
                try await group.waitForAll()
            }
        }
    }

    private func encode(
        _ samples: BoundedChannel<[Int16]>,
        write: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws {
        guard let encoding = format.encoding else {
            if !format.header.isEmpty { await write(format.header) }
            for await samples in samples where !samples.isEmpty { await write(PCM16.bytes(samples)) }
            return
        }

        try await encoder.encode(
            as: encoding,
            rate: SpeechFormat.rate,
            next: { await samples.makeAsyncIterator().next(isolation: nil) },
            write: write
        )
    }
}
