internal import HTTPTransfer

/// Speech of which the first samples have come.
struct OpenSpeech: Sendable {
    let response: StreamedResponse
    private var answer: SpeechAnswer
    /// Seconds of it that nobody would wait for.
    private let longest: Double
    private var seconds = 0.0
    /// What nobody has been given yet.
    var audio: SynthesizedAudio?
    /// Whether nothing more is to come.
    private(set) var isOver = false

    init(response: StreamedResponse, answer: SpeechAnswer, longest: Double) {
        self.response = response
        self.answer = answer
        self.longest = longest
    }

    /// Takes more of the body; `nil` for its end.
    ///
    /// - Throws: Also when it goes on for far longer than the text needs, as a backend may never end.
    mutating func take(_ bytes: [UInt8]?) throws(SpeechAnswer.Failure) {
        guard let bytes else {
            audio = try answer.finish()
            isOver = true
            return
        }

        audio = try answer.take(bytes)
        guard let audio else { return }
        seconds += Double(audio.samples.count) / Double(audio.rate)
        guard seconds <= longest else {
            self.audio = nil
            throw .endless(seconds: seconds)
        }
    }
}
