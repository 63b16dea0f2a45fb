// What the end-of-turn model costs, and what it says of recordings.
//
//     swift run -c release --package-path Benchmarks turn cost MODEL LIBRARY FILE.wav
//     swift run -c release --package-path Benchmarks turn judge MODEL LIBRARY SILERO FILE.wav ...
//
// `cost` prints milliseconds of processor time and of wall time for a call, the features with it, and what the model takes
// in memory. `judge` takes each file for one turn, and prints a line of probabilities: at its end, and as if the speaker
// had paused when a fifth, two, three and four fifths of its speech were said. 200 ms of silence follow in each case.
// scripts/measure-turn runs both.

import Audio
import Foundation
import SpeechDetection

/// Processor seconds of this process.
func cpuTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Resident memory in MB.
func residentMemory() -> Double {
    let pages = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
    return Double((pages.flatMap { Int($0) } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))) / 1e6
}

func samples(_ path: String) throws -> [Int16] {
    let file = try WAVFile(parsing: [UInt8](try Data(contentsOf: URL(filePath: path))))
    guard file.sampleRate == SampleClock.rate else { throw CocoaError(.fileReadCorruptFile) }
    return file.mono
}

/// Where the detector hears speech.
func speech(in audio: [Int16], _ network: SileroNetwork) -> [Range<Int>] {
    let detector = SileroDetector(network: network)
    let starts = stride(from: 0, through: audio.count - detector.frameLength, by: detector.frameLength)
    let scores = starts.map { detector.score(audio.span.extracting($0..<$0 + detector.frameLength)) }
    let runs = SpeechRuns(scores: scores, frameLength: detector.frameLength, threshold: 0.5)
    return runs.ranges.map { Int($0.lowerBound)..<Int($0.upperBound) }
}

let pause = SampleClock.samples(milliseconds: 200)
let lead = SampleClock.samples(milliseconds: 500)

func probability(_ model: SmartTurn, _ audio: ArraySlice<Int16>) async -> Float {
    await model.probabilityOfEnd(of: Array(audio) + [Int16](repeating: 0, count: pause)) ?? .nan
}

let arguments = CommandLine.arguments
guard arguments.count >= 5, ["cost", "judge"].contains(arguments[1]) else {
    fatalError("usage: turn cost MODEL LIBRARY FILE.wav | turn judge MODEL LIBRARY SILERO FILE.wav ...")
}
let before = residentMemory()
let model = try await SmartTurn.load(model: arguments[2], library: arguments[3], threads: 1)

if arguments[1] == "judge" {
    let network = try SileroNetwork(path: arguments[4])
    for path in arguments.dropFirst(5) {
        let audio = try samples(path)
        let runs = speech(in: audio, network)
        guard let first = runs.first?.lowerBound, let last = runs.last?.upperBound else { continue }
        let start = max(0, first - lead)
        var line = [await probability(model, audio[start..<min(last, audio.count)])]
        for fifth in 1...4 {
            line.append(await probability(model, audio[start..<first + (last - first) * fifth / 5]))
        }
        print(path, line.map { String(format: "%.3f", $0) }.joined(separator: " "))
    }
} else {
    let audio = try samples(arguments[4])
    let loaded = residentMemory()
    var rounds: [(cpu: Double, wall: Double)] = []
    for _ in 0..<41 {
        let (cpu, wall) = (cpuTime(), ContinuousClock.now)
        _ = await probability(model, audio[...])
        rounds.append((1_000 * (cpuTime() - cpu), (ContinuousClock.now - wall) / .milliseconds(1)))
    }
    let cpu = rounds.map(\.cpu).sorted()
    let wall = rounds.map(\.wall).sorted()
    print("call      \(cpu[20]) ms CPU, \(wall[20]) ms (medians of 41; least \(cpu[0]) ms CPU)")
    print("memory    \(loaded - before) MB loaded, \(residentMemory() - before) MB after 41 calls")
}
