import Testing
import Transcription

@Suite("Transcript guard")
struct TranscriptGuardTests {
    private func verdict(
        _ text: String,
        peak: Float = 1,
        voicedMilliseconds: Int? = 2_000,
        language: String? = "en",
        segments: [(noSpeech: Double?, logProbability: Double?)] = []
    ) -> Rejection? {
        var request = TranscriptionRequest(samples: [Int16](repeating: 0, count: 16_000 * 5), language: language)
        request.voice = voicedMilliseconds.map { VoiceEvidence(peak: peak, voiced: $0 * 16) }
        var transcript = Transcript(text: text)
        transcript.segments = segments.map { figures in
            var segment = Transcript.Segment(text: text, range: 0..<16_000)
            segment.noSpeechProbability = figures.noSpeech
            segment.averageLogProbability = figures.logProbability
            return segment
        }
        return TranscriptGuard().verdict(on: transcript, of: request)
    }

    @Test("Keeps what people say", arguments: ["Yes.", "No, no, no.", "It is 8.30 now.", "Ça va?", ""])
    func speech(text: String) {
        #expect(verdict(text) == nil)
    }

    @Test("Drops loops, which deflate shortens more than speech")
    func repetition() {
        let loop = String(repeating: "The first is the first. ", count: 12)
        #expect(verdict(loop, voicedMilliseconds: 20_000) == .repetition)
    }

    @Test("Drops more words than the voiced time can hold, and counts what the context may hold")
    func words() {
        let text = "You can also use the videos button for this"
        #expect(verdict(text, voicedMilliseconds: 200) == .tooManyWords)
        #expect(verdict(text, voicedMilliseconds: 1_000) == nil)
        #expect(verdict(text, voicedMilliseconds: nil) == nil)

        var request = TranscriptionRequest(samples: [])
        request.voice = VoiceEvidence(peak: 1, voiced: 3_200)
        request.context = 24_000
        #expect(TranscriptGuard().verdict(on: Transcript(text: text), of: request) == nil)
    }

    @Test("Drops what has no letter and no digit", arguments: ["♪♪♪", "©", "...", "-", ". . ."])
    func symbols(text: String) {
        #expect(verdict(text) == .symbolsOnly)
    }

    @Test("Drops another script than the language's, and lets any language write names in Latin")
    func script() {
        #expect(verdict("ご視聴ありがとうございました") == .wrongScript)
        #expect(verdict("Здравствуйте, как дела", language: "de") == .wrongScript)
        #expect(verdict("Здравствуйте, как дела", language: "ru") == nil)
        #expect(verdict("OK Google", language: "ja") == nil)
        #expect(verdict("Здравствуйте, как дела", language: nil) == nil)
    }

    @Test(
        "Needs a sure frame or some voiced time",
        arguments: [(0.84, 160, true), (0.85, 160, false), (0.84, 192, false)]
    )
    func weakVoice(peak: Double, voiced: Int, isDropped: Bool) {
        #expect(verdict("Seven.", peak: Float(peak), voicedMilliseconds: voiced) == (isDropped ? .weakVoice : nil))
    }

    @Test("Believes an engine that says that nobody spoke, unless it is sure of the text")
    func doubt() {
        #expect(verdict("Maybe.", segments: [(0.8, -0.3)]) == .engineDoubt)
        #expect(verdict("Maybe.", segments: [(0.6, -1.1)]) == .engineDoubt)
        #expect(verdict("Maybe.", segments: [(0.6, -0.9)]) == nil)
        #expect(verdict("Maybe.", segments: [(0.8, -0.3), (0.1, -0.3)]) == nil)
        #expect(verdict("Maybe.", segments: [(nil, -2)]) == nil)
        #expect(verdict("Maybe.", segments: [(Double.nan, -2)]) == nil)
    }

    @Test(
        "Drops a known phantom only without good evidence for a voice",
        arguments: ["You", "Thank you.", "Bye!", "So", "Oh."]
    )
    func phantoms(text: String) {
        #expect(verdict(text, peak: 0.9, voicedMilliseconds: 400) == .knownPhantom)
        #expect(verdict(text, peak: 1, voicedMilliseconds: 64) == .knownPhantom)
        #expect(verdict(text, peak: 1, voicedMilliseconds: 200) == nil)
        #expect(verdict(text, voicedMilliseconds: nil) == nil)
        #expect(verdict(text, peak: 1, voicedMilliseconds: 400, segments: [(0.45, -0.2)]) == .knownPhantom)
        #expect(verdict(text, peak: 0.9, voicedMilliseconds: 400, segments: [(0.1, -0.2)]) == nil)
        #expect(verdict(text, voicedMilliseconds: 400, segments: [(Double.nan, nil)]) == nil)
    }

    @Test("Looks for phantoms in every list when the language is not known, and in one when it is")
    func lists() {
        #expect(verdict("Vielen Dank.", peak: 0.9, voicedMilliseconds: 400, language: nil) == .knownPhantom)
        #expect(verdict("Vielen Dank.", peak: 0.9, voicedMilliseconds: 400, language: "de") == .knownPhantom)
        #expect(verdict("Bedankt.", peak: 0.9, voicedMilliseconds: 400, language: "de") == nil)
    }
}
