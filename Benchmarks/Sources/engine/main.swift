import Audio
import Foundation
import Logging
import Transcription

// The embedded engine alone: decodes utterances of a WAV file, as many at once as it can, and nothing else.
//
//     engine FILE.wav < POSITIONS
//
// Each line of standard input has the first and the last position of an utterance, in samples at 16 kHz. Prints the
// seconds that decoding took, without loading, and then each transcript on a line of its own.

struct Failure: Error, CustomStringConvertible {
    var description: String
}

guard CommandLine.arguments.count == 2 else { throw Failure(description: "usage: engine FILE.wav < POSITIONS") }
let wav = try WAVFile(parsing: Array(try Data(contentsOf: URL(filePath: CommandLine.arguments[1]))))
var ranges: [Range<Int>] = []
while let line = readLine() {
    let ends = line.split(separator: " ").compactMap { Int($0) }
    guard ends.count == 2, ends[0] < ends[1], ends[1] <= wav.samples.count else {
        throw Failure(description: "'\(line)' is no range of the file")
    }
    ranges.append(ends[0]..<ends[1])
}

let cores = ProcessInfo.processInfo.activeProcessorCount
let model = try PocketSphinxModel(folder: PocketSphinxModel.defaultFolder)
let engine = try await PocketSphinxTranscriber.load(model, threads: cores, logger: Logger(label: "engine"))
let start = ContinuousClock.now
let texts = try await withThrowingTaskGroup(of: (Int, String).self) { group in
    for (index, range) in ranges.enumerated() {
        let request = TranscriptionRequest(samples: Array(wav.samples[range]))
        group.addTask { (index, try await engine.transcribe(request).text) }
    }
    var texts: [Int: String] = [:]
    for try await (index, text) in group { texts[index] = text }
    return texts
}
print((ContinuousClock.now - start) / .seconds(1))
for index in ranges.indices { print(texts[index] ?? "") }
