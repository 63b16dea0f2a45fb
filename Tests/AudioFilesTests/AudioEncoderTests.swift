import Audio
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import AudioFiles

@Suite(
    "Audio encoder",
    .enabled(if: ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"].contains(where: FileManager.default.fileExists)),
    .timeLimit(.minutes(1))
)
struct AudioEncoderTests {
    private struct Failure: Error {}

    private let encoder = AudioEncoder(limit: 1, logger: Logger(label: "test"))

    /// A tone of half a second at 24 kHz.
    private static let tone = (0..<12_000).map { Int16(8_000 * sin(Double($0) / 10)) }

    /// Gives the tone so many times; never ends without a count.
    private static func tones(_ count: Int? = nil) -> @Sendable () async throws -> [Int16]? {
        let given = Mutex(0)
        return {
            given.withLock { given in
                given += 1
                return count.map { given <= $0 } ?? true
            } ? tone : nil
        }
    }

    @Test(
        "Makes files that begin as they should",
        arguments: zip(
            AudioEncoder.Format.allCases,
            [[0xFF], Array("OggS".utf8), [0xFF], Array("fLaC".utf8)] as [[UInt8]]
        )
    )
    func formats(format: AudioEncoder.Format, beginning: [UInt8]) async throws {
        let file = Mutex<[UInt8]>([])
        try await encoder.encode(as: format, rate: 24_000, next: Self.tones(4)) { part in file.withLock { $0 += part } }
        let bytes = file.withLock { $0 }
        #expect(bytes.starts(with: beginning))
        #expect(bytes.count > 4_000)
    }

    @Test("Writes before it has all, ends when it is cancelled, and gives its turn to the next")
    func cancelled() async throws {
        let written = Atomic(0)
        let task = Task { [encoder] in
            try await encoder.encode(as: .mp3, rate: 24_000, next: Self.tones()) {
                written.add($0.count, ordering: .relaxed)
            }
        }
        await until { written.load(ordering: .relaxed) > 10_000 }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        try await encoder.encode(as: .flac, rate: 24_000, next: Self.tones(1)) { _ in }
    }

    @Test("Throws what its source throws")
    func sourceFails() async {
        await #expect(throws: Failure.self) {
            try await encoder.encode(as: .aac, rate: 24_000, next: { throw Failure() }, write: { _ in })
        }
    }

    @Test("Says that there is no ffmpeg")
    func absent() async {
        let encoder = AudioEncoder(ffmpeg: "no-such-program", logger: Logger(label: "test"))
        #expect(await encoder.isAvailable == false)
        await #expect(throws: AudioFileError.unsupported) {
            try await encoder.encode(as: .mp3, rate: 24_000, next: { nil }, write: { _ in })
        }
    }
}
