import Sessions
import SpeechSynthesis
import Waiting

/// The speech of one text: its first piece at once, the others as fast as they are wanted.
struct SpeechSource: Sendable {
    private let request: SynthesisRequest
    private let synthesizer: any Synthesizer
    private let pieces: [String]

    /// What is there before the answer begins.
    struct Beginning: Sendable {
        var audio: [SynthesizedAudio]
        /// How many pieces of the text it is.
        var pieces: Int
    }

    init(_ request: SynthesisRequest, _ synthesizer: any Synthesizer) {
        self.request = request
        self.synthesizer = synthesizer
        pieces = SpeechChunker.pieces(of: request.text)
    }

    /// Speaks the first piece that is not silent; an error still finds a client that waits for the status.
    func begin() async throws(SynthesisError) -> Beginning {
        for (index, piece) in pieces.enumerated() {
            let audio = try await audio(of: piece)
            if !audio.isEmpty { return Beginning(audio: audio, pieces: index + 1) }
        }
        return Beginning(audio: [], pieces: pieces.count)
    }

    /// Sends all of the speech, at one rate.
    ///
    /// The next piece is begun when all samples of the one before have found room, so at most one waits in memory.
    ///
    /// - Parameter beginning: What `begin` gave.
    func send(
        after beginning: Beginning,
        rate: Int,
        to samples: BoundedChannel<[Int16]>
    ) async throws {
        var converter = SpeechSamples(rate: rate)
        for audio in beginning.audio { await samples.send(try converter.convert(audio)) }
        for piece in pieces.dropFirst(beginning.pieces) {
            let (audio, continuation) = AsyncStream<SynthesizedAudio>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { continuation.finish() }
                    try await speak(piece) { continuation.yield($0) }
                }
                for await audio in audio {
                    guard await samples.send(try converter.convert(audio)) else { throw SynthesisError.cancelled }
                }
                try await group.waitForAll()
            }
        }

        await samples.send(converter.finish())
    }

    /// The audio of a piece, once it is whole.
    private func audio(of piece: String) async throws(SynthesisError) -> [SynthesizedAudio] {
        let (stream, continuation) = AsyncStream<SynthesizedAudio>.makeStream()
        try await speak(piece) { continuation.yield($0) }
        continuation.finish()
        return await stream.reduce(into: []) { $0.append($1) }
    }

    private func speak(
        _ piece: String,
        deliver: @escaping @Sendable (SynthesizedAudio) -> Void
    ) async throws(SynthesisError) {
        var part = request
        part.text = piece
        try await synthesizer.speak(part, deliver: deliver)
    }
}
