import Audio
import Foundation
import Testing

/// `test.wav` and what is said in it.
struct TestRecording {
    struct Utterance: Decodable, Sendable, CustomTestStringConvertible {
        let text: String
        let startMilliseconds: Int
        let endMilliseconds: Int

        var testDescription: String { text }
        var words: [String] { text.split(separator: " ").map(String.init) }
        /// Samples of the speech alone.
        var range: Range<Int> {
            SampleClock.samples(milliseconds: startMilliseconds)..<SampleClock.samples(milliseconds: endMilliseconds)
        }

        private enum CodingKeys: String, CodingKey {
            case text
            case startMilliseconds = "start_ms"
            case endMilliseconds = "end_ms"
        }
    }

    private struct Fixture: Decodable {
        let utterances: [Utterance]
    }

    let samples: [Int16]
    let utterances: [Utterance]

    init() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
        samples = try WAVFile(parsing: Array(Data(contentsOf: root.appending(path: "test.wav")))).samples
        let fixture = try Data(contentsOf: root.appending(path: "Tests/Fixtures/test-wav.json"))
        utterances = try JSONDecoder().decode(Fixture.self, from: fixture).utterances
    }

    /// An utterance with 200 ms of what is around it, as a detector would cut it.
    func samples(of utterance: Utterance) -> [Int16] {
        let margin = SampleClock.samples(milliseconds: 200)
        return Array(samples[utterance.range.lowerBound - margin..<utterance.range.upperBound + margin])
    }
}
