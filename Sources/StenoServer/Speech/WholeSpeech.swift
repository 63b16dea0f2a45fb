import Audio
import AudioFiles
import Hummingbird
import Limits
import Sessions
import SpeechSynthesis
import Waiting
import WebSocketTransport

/// Speech as a WAV file that says how long it is, for routes whose clients take nothing else.
struct WholeSpeech: Sendable {
    /// Bytes of a text: Watson's limit, some six minutes of speech.
    static let maximumText = 5 << 10
    /// Bytes of a body that holds such a text as JSON.
    static let maximumBody = 64 << 10

    /// Bytes that a sample takes until the answer is sent: itself, in the file, and in Base64 twice.
    private static let bytesPerSample = 10

    let voice: VoiceEngines
    let drain: SessionDrain
    let memory: MemoryBudget

    /// Runs the work on one request, which ends when the client goes or the server stops.
    func interruptibly<Value: Sendable>(
        _ context: ServerContext,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let interruption = Interruption()
        do {
            let controls = SessionDrain.Controls(
                endInput: {},
                disconnect: { interruption.interrupt(.serverStopping) }
            )
            let seat = try drain.enter(controls)
            defer { withExtendedLifetime(seat) {} }
            try await context.channel.notifyPeerClose { interruption.interrupt(.clientGone) }
            return try await interruption.run(work)
        } catch {
            throw APIError(completing: error) ?? APIError(speaking: error) ?? error
        }
    }

    /// Speaks a reply of a language model, without its markup.
    ///
    /// - Throws: as `wav(of:voice:)`.
    func wav(ofReply reply: String, voice name: String?) async throws -> [UInt8] {
        var words = SpokenText()
        return try await wav(of: words.take(reply) + words.finish(), voice: name)
    }

    /// Speaks a text.
    ///
    /// - Throws: `SynthesisError`, and `AudioFileError.noRoom` where there is no memory for the samples.
    func wav(of text: String, voice name: String?) async throws -> [UInt8] {
        guard let synthesizer = voice.synthesizer else { throw SynthesisError.notConfigured }

        let source = SpeechSource(SynthesisRequest(text: text, voice: name), synthesizer)
        let beginning = try await source.begin()
        let samples = BoundedChannel<[Int16]>(capacity: 8)
        let share = memory.makeShare()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { samples.finish() }
                try await source.send(after: beginning, rate: SpeechFormat.rate, to: samples)
            }
            var all: [Int16] = []
            for await part in samples {
                guard share.grow(by: Self.bytesPerSample * part.count) else { throw AudioFileError.noRoom }
                all += part
            }
            try await group.waitForAll()
            return WAVFile(sampleRate: SpeechFormat.rate, samples: all).encoded()
        }
    }
}
