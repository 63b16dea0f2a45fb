import Audio

/// An engine that never hears more than 28 s at once.
///
/// A longer request, which is what a client committed by hand, is divided in its quietest moments. The pieces are asked
/// for one after the other and each waits for its turn like any other request, so that nobody waits for all of them, and
/// what is cancelled goes on for no longer than one. Their texts make up one transcript. It fails with the first piece
/// that does: a transcript has no silent hole.
public struct PiecewiseTranscriber: Transcriber {
    /// The longest request that the engine gets, in samples.
    public static let longest = SampleClock.samples(milliseconds: 28_000)
    /// The longest piece of one that is longer: 20 s, which an embedded engine, whose calls cannot be broken off, has
    /// done within about a second.
    static let longestPiece = SampleClock.samples(milliseconds: 20_000)

    private let engine: any Transcriber

    public init(_ engine: any Transcriber) { self.engine = engine }

    public var waiting: Int { engine.waiting }

    public func capabilities(model: String?) -> EngineCapabilities { engine.capabilities(model: model) }

    public func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        guard request.samples.count > Self.longest else { return try await engine.transcribe(request) }

        var whole = JoinedTranscript()
        for range in AudioPieces.ranges(of: request.samples, longest: Self.longestPiece) {
            guard !Task.isCancelled else { throw .cancelled }
            var piece = request
            piece.samples = Array(request.samples[range])
            whole.add(try await engine.transcribe(piece), of: range)
        }
        return whole.transcript
    }
}

/// The transcripts of consecutive pieces as that of the whole.
struct JoinedTranscript {
    private(set) var transcript = Transcript(text: "")
    private var rejection: Rejection?
    private var isAllRejected = true

    /// Adds what was heard in `range` of the whole, which follows on the piece before.
    mutating func add(_ piece: Transcript, of range: Range<Int>) {
        if piece.rejection != nil { rejection = rejection ?? piece.rejection }
        isAllRejected = isAllRejected && (piece.rejection != nil || piece.text.isEmpty)
        transcript.rejection = isAllRejected ? rejection : nil
        transcript.language = transcript.language ?? piece.language
        transcript.engine = transcript.engine ?? piece.engine
        guard !piece.text.isEmpty else { return }

        transcript.text += separator(before: piece.text) + piece.text
        transcript.words += piece.words.map { .init(text: $0.text, range: shifted($0.range, into: range)) }
        transcript.segments += piece.segments.map { segment in
            var segment = segment
            segment.range = shifted(segment.range, into: range)
            return segment
        }
    }

    /// A blank, unless the script has none between words.
    private func separator(before text: String) -> String {
        guard let last = transcript.text.unicodeScalars.last, let first = text.unicodeScalars.first else { return "" }
        return last.isUnspaced && first.isUnspaced ? "" : " "
    }

    private func shifted(_ inner: Range<Int>, into range: Range<Int>) -> Range<Int> {
        inner.lowerBound + range.lowerBound..<inner.upperBound + range.lowerBound
    }
}
