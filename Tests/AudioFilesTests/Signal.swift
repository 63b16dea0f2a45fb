import Audio
import Foundation
import Subprocess

/// A synthesised signal: tones that rise and fall like syllables, different at every moment.
enum Signal {
    static func samples(seconds: Double, rate: Int = SampleClock.rate) -> [Int16] {
        (0..<Int(seconds * Double(rate))).map { index in
            let time = Double(index) / Double(rate)
            let pitch = 300 + 400 * time / max(seconds, 1)
            let voice = sin(2 * .pi * pitch * time) + 0.5 * sin(2 * .pi * 2.7 * pitch * time)
            return Int16(8_000 * voice * (0.6 + 0.4 * sin(2 * .pi * 3.1 * time)))
        }
    }

    /// How alike two signals are, 1 for the same shape, at the best of the shifts up to `lag` samples.
    static func correlation(_ first: [Int16], _ second: [Int16], lag: Int) -> (value: Double, lag: Int) {
        let best = (-lag...lag).map { shift -> (Double, Int) in
            var (product, one, two) = (0.0, 0.0, 0.0)
            for index in stride(from: max(0, -shift), to: min(first.count, second.count - shift), by: lag > 10 ? 31 : 3)
            {
                let (a, b) = (Double(first[index]), Double(second[index + shift]))
                product += a * b
                one += a * a
                two += b * b
            }
            return (product / max(1, (one * two).squareRoot()), shift)
        }
        return best.max { $0.0 < $1.0 } ?? (0, 0)
    }
}

/// ffmpeg as a maker of files: reads `input`, and writes to `name` in a folder that is gone afterwards.
func encode(_ input: [UInt8], as name: String, _ arguments: [String]) async throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "steno-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (source, target) = (folder.appending(path: "source.wav").path, folder.appending(path: name).path)
    try Data(input).write(to: URL(filePath: source))
    let result = try await run(
        .name("ffmpeg"),
        arguments: Arguments(["-nostdin", "-loglevel", "error", "-i", source] + arguments + [target]),
        output: .discarded,
        error: .string(limit: 1 << 16)
    )
    guard result.terminationStatus.isSuccess else { throw EncodingFailure(reason: result.standardError) }
    return Array(try Data(contentsOf: URL(filePath: target)))
}

struct EncodingFailure: Error {
    var reason: String
}
