import Audio
import CoreMetrics
import Dialects
import FoundationEssentials
import Sessions
import SpeechDetection
import Synchronization
import TestSupport
import Testing
import Transcription
import Waiting

/// The same audio, cut into appends in any way, is the same conversation to the byte.
@Suite("OpenAI Realtime, however audio is split", .timeLimit(.minutes(5)))
struct SplitTests {
    /// Answers with what the samples are, so that equal answers mean equal audio.
    private struct Fingerprint: Transcriber {
        func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
            let sum = request.samples.reduce(14_695_981_039_346_656_037 as UInt64) { sum, sample in
                (sum ^ UInt64(UInt16(bitPattern: sample))) &* 1_099_511_628_211
            }
            return Transcript(text: "\(request.samples.count) \(sum)")
        }
    }

    /// The messages of a session that hears `appends`: those of transcription, and the others.
    private func conversation(
        _ format: String,
        _ appends: [ArraySlice<UInt8>]
    ) async throws -> (transcription: [String], others: [String]) {
        let names = Mutex(0)
        let dialect = OpenAIRealtimeDialect(shape: .ga, sessionID: "sess", expiry: 0) { "event" }
        let session = Session(
            settings: SessionSettings(includesAudio: false),
            transcriber: Fingerprint(),
            metrics: SessionMetrics(factory: NOOPMetricsHandler.instance),
            makeID: {
                names.withLock { name in
                    name += 1
                    return "item_\(name)"
                }
            }
        )
        let update = #"{"type":"session.update","session":{"audio":{"input":\#(format)}}}"#
        let texts =
            [update]
            + appends.map { #"{"type":"input_audio_buffer.append","audio":"\#(Data($0).base64EncodedString())"}"# }
            + [#"{"type":"input_audio_buffer.commit"}"#]
        let events = BoundedChannel<SessionEvent>(capacity: 4)
        async let told = events.reduce(into: []) { $0 += dialect.encode($1) }
        let next = Mutex(0)
        await session.run(detector: try WebRTCDetector(), events: events) {
            let index = next.withLock { index in
                defer { index += 1 }
                return index
            }
            return index < texts.count ? dialect.decode(text: Array(texts[index].utf8).span) : nil
        }
        let messages = await told.map { String(decoding: $0, as: UTF8.self) }
        func isTranscription(_ message: String) -> Bool { message.contains("input_audio_transcription.") }
        return (messages.filter(isTranscription), messages.filter { !isTranscription($0) })
    }

    private static func recording() throws -> [Int16] {
        let file = URL(filePath: #filePath).appending(path: "../../../../test.wav").standardized
        // Two utterances of it.
        return Array(try WAVFile(parsing: Array(Data(contentsOf: file))).samples.prefix(112_000))
    }

    private static func pieces(_ bytes: [UInt8], seed: UInt64) -> [ArraySlice<UInt8>] {
        var random = SeededGenerator(seed: seed)
        let longest = [7, 3_000, 20_000, 400_000].randomElement(using: &random) ?? 1
        var rest = bytes[...]
        var pieces: [ArraySlice<UInt8>] = []
        while !rest.isEmpty {
            // Tiny pieces only at the start: they would be a hundred thousand.
            let length = Int.random(in: 0...(pieces.count < 500 ? longest : max(longest, 3_000)), using: &random)
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return pieces
    }

    @Test(
        "Tells the same whatever the pieces",
        arguments: [
            #"{"format":{"type":"audio/pcm","rate":16000}}"#, #"{"format":{"type":"audio/pcm","rate":24000}}"#,
            #"{"format":{"type":"audio/pcmu"}}"#,
            #"{"format":{"type":"audio/pcm"},"noise_reduction":{"type":"near_field"}}"#,
            #"{"format":{"type":"audio/pcm","rate":8000},"turn_detection":null}"#,
        ]
    )
    func splits(format: String) async throws {
        // Read as another format, the recording is faster or slower, or noise: bursts of sound all the same.
        let bytes = PCM16.bytes(try Self.recording())
        let whole = try await conversation(format, [bytes[...]])
        #expect(!whole.transcription.isEmpty)
        for seed in 0..<6 as Range<UInt64> {
            let split = try await conversation(format, Self.pieces(bytes, seed: seed))
            #expect(split.others == whole.others)
            #expect(split.transcription == whole.transcription)
        }
    }
}
