import Transcription

/// The body of `verbose_json`: one segment per cue.
///
/// Where the engine says nothing of its decoding, Whisper's figures are constants that no client's filter drops a segment
/// for: `temperature` 0, `avg_logprob` 0, `compression_ratio` 1, `no_speech_prob` 0, and no `tokens`.
struct VerboseTranscript: Encodable {
    let task = "transcribe"
    var language: String
    var duration: Double
    var text: String
    var segments: [Segment]?
    var words: [Word]?
    var usage: DurationUsage

    enum CodingKeys: String, CodingKey {
        case task, language, duration, text, segments, words, usage
    }

    init(_ transcript: FileTranscript, _ form: TranscriptionForm, language: String) {
        self.language = language
        duration = transcript.duration
        text = transcript.text
        if form.granularities.contains(.segment) {
            segments = transcript.cues.enumerated().map { Segment($1, id: $0) }
        }
        if form.granularities.contains(.word) { words = transcript.words?.map(Word.init) }
        usage = DurationUsage(seconds: transcript.duration)
    }

    /// Times are seconds in the whole file.
    struct Segment: Encodable {
        var id: Int
        /// Hundredths of a second, as Whisper counts its frames.
        var seek: Int
        var start: Double
        var end: Double
        /// With a leading space, so that segments can be joined as Whisper's can.
        var text: String
        var tokens: [Int]
        var temperature: Double
        var averageLogProbability: Double
        var compressionRatio: Double
        var noSpeechProbability: Double

        enum CodingKeys: String, CodingKey {
            case id, seek, start, end, text, tokens, temperature
            case averageLogProbability = "avg_logprob"
            case compressionRatio = "compression_ratio"
            case noSpeechProbability = "no_speech_prob"
        }

        init(_ cue: Cue, id: Int) {
            self.id = id
            start = FileTranscript.seconds(cue.range.lowerBound)
            end = FileTranscript.seconds(cue.range.upperBound)
            seek = Int(start * 100)
            text = (id == 0 ? " " : cue.separator) + cue.text
            tokens = cue.decoding?.tokens ?? []
            temperature = cue.decoding?.temperature ?? 0
            averageLogProbability = cue.decoding?.averageLogProbability ?? 0
            compressionRatio = cue.decoding?.compressionRatio ?? 1
            noSpeechProbability = cue.decoding?.noSpeechProbability ?? 0
        }
    }

    /// Times are seconds in the whole file.
    struct Word: Encodable {
        var word: String
        var start: Double
        var end: Double

        init(_ word: FileTranscript.Word) {
            self.word = word.text
            start = FileTranscript.seconds(word.range.lowerBound)
            end = FileTranscript.seconds(word.range.upperBound)
        }
    }
}
