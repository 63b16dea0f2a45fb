import FoundationEssentials
public import Logging
import Synchronization
import Waiting

/// The embedded engine: flite, English, understandable, dated in sound.
///
/// A second of speech costs about 15 ms of one core; the voices are files that are mapped, of which a speaking one keeps
/// some megabytes in memory. Text is cut into pieces, each of which is spoken by a thread of its own, called `flite`. A
/// fixed number of them speaks at once, and callers take turns piece by piece. What is not in Latin letters is dropped.
///
/// Cancelling a call stops its thread within 50 ms of audio; until there is audio, flite cannot be interrupted, which
/// takes about 0.2 ms for each character of a piece.
public final class FliteSynthesizer: Synthesizer {
    /// Samples per second.
    public static let rate = 16_000
    /// The voices by name.
    public static let voiceNames = FliteVoice.allCases.map(\.rawValue)
    /// How fast it can speak, as multiples of a voice's own speed.
    private static let speeds = 0.25...4.0

    private let map: VoiceMap
    private let turns: ConcurrencyLimit
    private let calls = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - voice: The default, one of `voiceNames`; otherwise the first of them.
    ///   - names: Further names of voices.
    ///   - threads: Pieces spoken at the same time, at least 1; `nil` is the number of cores.
    public init(
        voice: String? = nil,
        names: VoiceNames = VoiceNames(),
        threads: Int? = nil,
        logger: Logger = .current
    ) {
        let first = voice.flatMap { FliteVoice(rawValue: $0.lowercased()) } ?? .slt
        map = VoiceMap(FliteVoice.all(startingWith: first).map(\.voice), names: names, logger: logger)
        turns = ConcurrencyLimit(threads ?? ProcessInfo.processInfo.activeProcessorCount)
    }

    public var voices: [Voice] { map.voices }

    /// Pieces that wait for a thread.
    public var waiting: Int { turns.waiting }

    /// Pieces that are spoken now.
    public var active: Int { turns.active }

    public func speak(
        _ request: SynthesisRequest,
        deliver: @escaping @Sendable (SynthesizedAudio) -> Void
    ) async throws(SynthesisError) {
        let owner = calls.add(1, ordering: .relaxed).newValue
        let voice = FliteVoice(rawValue: map.voice(for: request.voice).name) ?? .slt
        let speed = min(max(request.speed, Self.speeds.lowerBound), Self.speeds.upperBound)
        for text in SpeechChunker.pieces(of: request.text).map(FliteText.init) where !text.ascii.isEmpty {
            let piece = FlitePiece(text: text, voice: voice, speed: speed, deliver: deliver)
            try await turns.run(owner: owner, cost: text.ascii.utf8.count, orThrow: { _ in .cancelled }) {
                () async throws(SynthesisError) in
                try await speak(piece)
            }
        }

        guard !Task.isCancelled else { throw .cancelled }
    }

    private func speak(_ piece: FlitePiece) async throws(SynthesisError) {
        let spoken = Promise<Result<Void, SynthesisError>>()
        let code = NamedThread.start("flite") { spoken.fulfill(piece.speak()) }
        if code != 0 { spoken.fulfill(.failure(.engineFailed)) }
        let outcome = await spoken.value(onCancel: { piece.cancellation.cancel() })
        if case .failure(.engineFailed) = outcome {
            Logger.current.error(
                "Flite failed on a piece of text",
                metadata: ["steno.tts.voice": "\(piece.voice.rawValue)"]
            )
        }

        try outcome.get()
    }
}
