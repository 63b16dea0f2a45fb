import SpeechDetection
import Testing
import Transcription

@testable import Sessions

@Suite("Commit rule")
struct CommitRuleTests {
    private func hasSpeech(peak: Float, voicedMilliseconds: Int, minimumSpeechMilliseconds: Int = 96) -> Bool {
        var rules = TurnDetection.silero
        rules.minimumSpeech = 16 * minimumSpeechMilliseconds
        return CommitRule(rules: rules).hasSpeech(VoiceEvidence(peak: peak, voiced: 16 * voicedMilliseconds))
    }

    @Test("Asks for a frame that starts an utterance, and for two that go on")
    func limits() {
        #expect(hasSpeech(peak: 0.5, voicedMilliseconds: 64))
        #expect(!hasSpeech(peak: 0.49, voicedMilliseconds: 640))
        #expect(!hasSpeech(peak: 1, voicedMilliseconds: 32))
    }

    @Test("Asks for no more than what starts an utterance by itself")
    func minimumSpeech() {
        #expect(hasSpeech(peak: 1, voicedMilliseconds: 32, minimumSpeechMilliseconds: 20))
        #expect(!hasSpeech(peak: 1, voicedMilliseconds: 0, minimumSpeechMilliseconds: 0))
    }
}
