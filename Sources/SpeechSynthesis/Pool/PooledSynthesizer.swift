public import Backends
public import Logging

/// Speech backends as one, by the rules of `BackendPool`.
///
/// A backend that fails before its first sample is no matter for who asks while another one answers. Serves while `run`
/// runs.
public final class PooledSynthesizer: Synthesizer, PooledBackends {
    /// One backend of the pool.
    public struct Member: Sendable {
        let engine: SpeechHTTPSynthesizer
        let terms: MemberTerms

        public init(_ engine: SpeechHTTPSynthesizer, terms: MemberTerms) {
            self.engine = engine
            self.terms = terms
        }
    }

    /// Texts of up to so many bytes count as equally much to say.
    private static let unit = 100

    private let members: [Member]
    private let pool: StreamPool<SynthesisError>
    /// The longest wait for the first sample of a piece, with all attempts.
    private let patience: Duration

    /// - Parameters:
    ///   - members: At least one.
    ///   - onAttempt: Called at the end of each attempt; see `Dispatcher`.
    public init(
        _ members: [Member],
        rules: BackendPool.Rules = .streams,
        seed: UInt64 = .random(in: 0 ... .max),
        logger: Logger = .current,
        onAttempt: @escaping @Sendable (_ member: Int, _ outcome: String, _ time: Duration) -> Void = { _, _, _ in }
    ) {
        self.members = members
        patience = members.map(\.engine.configuration.firstByteTimeout).max() ?? .zero
        pool = StreamPool(
            members.map(\.terms),
            unit: Self.unit,
            rules: rules,
            seed: seed,
            logger: logger,
            onAttempt: onAttempt
        )
    }

    /// Those of all backends, the first one's first.
    public var voices: [Voice] {
        members.flatMap(\.engine.voices).reduce(into: []) { voices, voice in
            if !voices.contains(where: { $0.name == voice.name }) { voices.append(voice) }
        }
    }

    public var report: [BackendPool.Report] { pool.report }

    public var waiting: Int { pool.waiting }

    public func run() async { await pool.run() }

    public func speak(
        _ request: SynthesisRequest,
        deliver: @escaping @Sendable (SynthesizedAudio) -> Void
    ) async throws(SynthesisError) {
        for piece in SpeechHTTPSynthesizer.pieces(of: request) {
            try await pool.serve(model: piece.model, size: piece.text.utf8.count, within: patience) {
                [members] (member, left) async throws(Miss<SynthesisError>) in
                let engine = members[member].engine
                return try await engine.open(piece, within: min(left, engine.configuration.firstByteTimeout))
            } finish: { (member, speech) async throws(Miss<SynthesisError>) in
                try await self.members[member].engine.finish(speech, deliver)
            }
        }
    }
}
