import Audio

/// What may become an utterance: speech adds up over short pauses until there is enough of it.
///
/// Adding up asks for less than so much speech in one piece, which consonants and noise interrupt, and for more than one
/// loud frame, which a click gives.
struct SpeechCandidate: Equatable, Sendable {
    /// Where the utterance would begin.
    var start: SamplePosition
    /// Where the last voiced frame ends.
    var voicedEnd: SamplePosition
    /// Samples of voiced frames so far.
    var speech: Int
    /// The highest score of a frame so far.
    var peak: Float

    /// - Parameter position: The end of what has been seen; a network is easily fooled at the start of a stream.
    func isConfirmed(at position: SamplePosition, _ rules: TurnDetection) -> Bool {
        speech >= rules.minimumSpeech && (position > SamplePosition(rules.warmUp) || peak >= rules.warmUpPeak)
    }

    /// Takes the frame that ends at `position`; false when the pause has become too long and the candidate is none.
    mutating func advance(
        _ voice: Voicing.Voice,
        score: Float,
        to position: SamplePosition,
        frameLength: Int,
        _ rules: TurnDetection
    ) -> Bool {
        peak = max(peak, score)
        if voice >= .voiced {
            speech += frameLength
            voicedEnd = position
        }
        return voice >= .faint || position - voicedEnd < SamplePosition(min(rules.mergeGap, rules.hangover))
    }
}
