public import Backends

/// Speech backends as one, by the rules of `BackendPool`.
///
/// A backend that fails before its first sample is no matter for who asks while another one answers. Serves while `run`
/// runs.
public final class PooledSynthesizer: Synthesizer, PooledStreams {
    /// Texts of up to so many bytes count as equally much to say.
    public static let unit = 100

    public let pool: StreamPool<SynthesisError>
    private let engines: [SpeechHTTPSynthesizer]
    /// The longest wait for the first sample of a piece, with all attempts.
    private let patience: Duration

    /// - Parameters:
    ///   - engines: At least one.
    ///   - pool: Its members are these, in their order, and its unit is `unit`.
    public init(_ engines: [SpeechHTTPSynthesizer], in pool: StreamPool<SynthesisError>) {
        self.engines = engines
        self.pool = pool
        patience = engines.map(\.configuration.firstByteTimeout).max() ?? .zero
    }

    /// Those of all backends, the first one's first.
    public var voices: [Voice] {
        engines.flatMap(\.voices).reduce(into: []) { voices, voice in
            if !voices.contains(where: { $0.name == voice.name }) { voices.append(voice) }
        }
    }

    public func speak(
        _ request: SynthesisRequest,
        deliver: @escaping @Sendable (SynthesizedAudio) -> Void
    ) async throws(SynthesisError) {
        for piece in SpeechHTTPSynthesizer.pieces(of: request) {
            try await pool.serve(model: piece.model, size: piece.text.utf8.count, within: patience) {
                [engines] (member, left) async throws(Miss<SynthesisError>) in
                let engine = engines[member]
                return try await engine.open(piece, within: min(left, engine.configuration.firstByteTimeout))
            } finish: { (member, speech) async throws(Miss<SynthesisError>) in
                try await self.engines[member].finish(speech, deliver)
            }
        }
    }
}
