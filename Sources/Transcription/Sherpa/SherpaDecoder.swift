import Audio
import BackendHTTP

/// Decodes whole utterances with a recognizer, by the rules that suit its model.
struct SherpaDecoder: Sendable {
    /// The longest audio of one call, padding included: 28 s.
    ///
    /// The cost of attention grows with the square of the length, and beyond about a minute Moonshine repeats itself.
    static let longest = SampleClock.samples(milliseconds: 28_000)
    /// Zeros on either side of what Moonshine hears: 200 ms.
    ///
    /// It loops on one word that begins and ends with the audio ("six, six, six"). In noise at 10 dB 63 % of single words
    /// are right with them, 55 % without; zeros in front alone make it worse.
    static let moonshinePadding = SampleClock.samples(milliseconds: 200)

    let model: SherpaModel
    let recognizer: SherpaRecognizer

    /// Blocks until the utterance is decoded.
    func transcript(of request: TranscriptionRequest) throws(TranscriptionError) -> Transcript {
        let padding = padding
        var transcript = Transcript(text: "")
        transcript.language = model.onlyLanguage
        for range in AudioPieces.ranges(of: request.samples, longest: Self.longest - 2 * padding) {
            let piece = request.samples[range]
            // Nothing is said in exact silence, and models make up words for it.
            guard piece.contains(where: { $0 != 0 }) else { continue }
            guard let heard = recognizer.decode(Self.padded(piece, by: padding), language: request.language)
            else { throw .engineFailed }
            append(heard, at: range, padding: padding, to: &transcript)
        }

        return transcript
    }

    private var padding: Int {
        switch model.kind {
        case .moonshine, .moonshineMerged: Self.moonshinePadding
        case .whisper, .transducer, .nemoCTC, .zipformerCTC, .senseVoice: 0
        }
    }

    private func append(
        _ heard: SherpaRecognizer.Heard,
        at range: Range<Int>,
        padding: Int,
        to transcript: inout Transcript
    ) {
        let text = trimmed(heard.text)
        guard !text.isEmpty else { return }
        transcript.text += transcript.text.isEmpty ? text : " " + text
        transcript.words += Transcript.Word.words(
            heard.tokens,
            offset: range.lowerBound - padding,
            end: range.upperBound
        )
        let language = heard.language.filter(\.isLetter)
        if language.count == 2 { transcript.language = language.lowercased() }
    }

    private static func padded(_ samples: ArraySlice<Int16>, by padding: Int) -> [Float] {
        let count = samples.count
        return [Float](unsafeUninitializedCapacity: count + 2 * padding) { buffer, initialized in
            buffer.initialize(repeating: 0)
            samples.withUnsafeBufferPointer { source in
                for index in 0..<count { buffer[padding + index] = Float(source[index]) * (1 / 32_768) }
            }
            initialized = count + 2 * padding
        }
    }
}
