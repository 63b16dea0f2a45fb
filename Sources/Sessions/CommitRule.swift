import Audio
import SpeechDetection
import Transcription

/// Whether a commit holds speech, so that an engine is worth asking.
///
/// One frame that sounds a little like speech is not enough: engines invent words for a third of a second of noise. What
/// is asked for is less than what starts an utterance by itself, since whoever commits says that something was said.
struct CommitRule {
    /// The least voiced samples: 64 ms, which is shorter than any word but longer than a click.
    static let minimumVoiced = SampleClock.samples(milliseconds: 64)

    /// Those of turn detection; its defaults where it is off.
    let rules: TurnDetection

    func hasSpeech(_ voice: VoiceEvidence) -> Bool {
        voice.peak >= rules.threshold && voice.voiced >= min(Self.minimumVoiced, max(rules.minimumSpeech, 1))
    }
}
