import TestSupport
import Testing

@testable import StenoClient

@Suite("Playback of a conversation")
struct ChatPlaybackTests {
    @Test("Hands samples over in order, never more than asked for")
    func order() {
        var playback = ChatPlayback(sampleRate: 1_000)
        playback.append([1, 2, 3], item: "a")
        playback.append([4, 5], item: "a")
        playback.complete(item: "a")
        playback.append([6], item: "b")
        #expect(playback.take(4) == [1, 2, 3, 4])
        #expect(playback.take(4) == [5])
        #expect(playback.take(4) == [6])
        #expect(playback.take(4) == [])
        #expect(!playback.isEmpty, "more may come for the second item")
        playback.complete(item: "b")
        #expect(playback.isEmpty)
    }

    @Test("Counts what was handed over, not the time that passed or what has come")
    func interrupt() {
        var playback = ChatPlayback(sampleRate: 24_000)
        playback.append([Int16](repeating: 1, count: 24_000), item: "a")
        for _ in 0..<10 { #expect(playback.take(480).count == 480) }
        #expect(playback.interrupt() == [ChatPlayback.Cut(item: "a", milliseconds: 200)])
        #expect(playback.isEmpty)
        playback.append([1, 2], item: "a")
        #expect(playback.isEmpty, "what comes late of the item is dropped")
        #expect(playback.interrupt() == [])
    }

    @Test("An item that waits when it is interrupted was heard for 0 ms; one that is over is not cut")
    func several() {
        var playback = ChatPlayback(sampleRate: 1_000)
        for item in ["a", "b", "c"] {
            playback.append([1, 2], item: item)
            playback.complete(item: item)
        }
        _ = playback.take(2)
        _ = playback.take(1)
        #expect(
            playback.interrupt() == [
                ChatPlayback.Cut(item: "b", milliseconds: 1), ChatPlayback.Cut(item: "c", milliseconds: 0),
            ]
        )
    }

    @Test("Plays each sample once, over random schedules")
    func schedules() {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: UInt64(seed))
            var playback = ChatPlayback(sampleRate: 1_000)
            var (sent, played): ([Int16], [Int16]) = ([], [])
            for item in 0..<3 {
                for _ in 0..<Int.random(in: 0...5, using: &random) {
                    let samples = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                        Int16.random(in: .min...(.max), using: &random)
                    }
                    sent += samples
                    playback.append(samples, item: "\(item)")
                    played += playback.take(Int.random(in: 1...9, using: &random))
                }
                playback.complete(item: "\(item)")
            }
            while case let piece = playback.take(7), !piece.isEmpty { played += piece }
            #expect(played == sent)
            #expect(playback.isEmpty)
        }
    }
}
