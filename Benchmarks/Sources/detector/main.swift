// What the detectors cost, and what they say.
//
//     swift run -c release --package-path Benchmarks detector cost MODEL FILE.wav
//     swift run -c release --package-path Benchmarks detector scores MODEL FILE.wav ...
//
// `cost` prints CPU milliseconds per second of audio, for Silero and for WebRTC, of one pass over the file each time a line
// is read, and then what Silero takes in memory. `scores` prints a line of scores for each file. scripts/measure-detector
// runs both.

import Audio
import Foundation
import SpeechDetection

/// CPU seconds of this process.
func cpuTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Resident memory in kB.
func residentMemory() -> Int {
    let pages = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
    return (pages.flatMap { Int($0) } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) / 1_024
}

func scores(_ detector: some VoiceActivityDetector, _ samples: [Int16]) -> [Float] {
    stride(from: 0, through: samples.count - detector.frameLength, by: detector.frameLength).map { start in
        detector.score(samples.span.extracting(start..<start + detector.frameLength))
    }
}

/// CPU milliseconds per second of audio.
func cost(_ detector: some VoiceActivityDetector, _ samples: [Int16]) -> Double {
    let start = cpuTime()
    let sum = scores(detector, samples).reduce(0, +)
    precondition(sum >= 0, "The work must not be optimised away")
    return 1_000 * (cpuTime() - start) / (Double(samples.count) / Double(SampleClock.rate))
}

func samples(_ path: String) throws -> [Int16] {
    let file = try WAVFile(parsing: [UInt8](try Data(contentsOf: URL(filePath: path))))
    guard file.sampleRate == SampleClock.rate else { throw CocoaError(.fileReadCorruptFile) }
    return file.mono
}

let arguments = CommandLine.arguments
guard arguments.count >= 4, ["cost", "scores"].contains(arguments[1]) else {
    fatalError("usage: detector cost|scores MODEL FILE.wav ...")
}
if arguments[1] == "scores" {
    let network = try SileroNetwork(path: arguments[2])
    for path in arguments[3...] {
        print(scores(SileroDetector(network: network), try samples(path)).map { "\($0)" }.joined(separator: " "))
    }
} else {
    let audio = try samples(arguments[3])
    let webRTC = try WebRTCDetector()
    _ = cost(webRTC, audio)
    let before = residentMemory()
    let network = try SileroNetwork(path: arguments[2])
    let silero = SileroDetector(network: network)
    _ = cost(silero, audio)
    let loaded = residentMemory()
    while readLine() != nil {
        print(cost(silero, audio), cost(webRTC, audio))
        fflush(nil)
    }
    let many = (0..<10_000).map { _ in SileroDetector(network: network) }
    for detector in many { _ = scores(detector, Array(audio.prefix(512))) }
    let each = 1_024 * (residentMemory() - loaded) / many.count
    print("memory: network \(loaded - before) kB, each detector \(each) bytes")
    precondition(many.count == 10_000)
}
