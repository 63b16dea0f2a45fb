import Audio
import Transcription

/// What an engine is asked about an utterance before it has ended.
///
/// Interim readings are made again and again while someone speaks. A speculation is made once the speaker has been silent
/// for a while: if the silence lasts until the utterance ends, it is the transcript.
struct WorkAhead {
    /// What to ask now.
    enum Wish: Equatable {
        case interim
        case speculation
    }

    private struct Speculation {
        var request: RequestID
        /// What the engine was asked, without the samples.
        var asked: TranscriptionRequest
        /// Where speech had ended then; it has gone on when that is elsewhere.
        var voicedEnd: SamplePosition
        /// Where the audio ended that the engine was given.
        var end: SamplePosition
        /// What it heard; `nil` while the engine is at work.
        var result: Result<Transcript, TranscriptionError>?
    }

    /// Speech before the first interim reading: 300 ms.
    private static let firstReading = SampleClock.samples(milliseconds: 300)
    /// How much more audio an utterance may have than its speculation: 60 ms, in which no word is.
    private static let tolerance = SamplePosition(SampleClock.samples(milliseconds: 60))
    /// Speech between two readings, at least: 250 ms.
    private static let step = SampleClock.samples(milliseconds: 250)

    /// The utterance's name.
    let itemID: String
    private let start: SamplePosition
    private var text: StableText
    private var interim: RequestID?
    /// Where the audio of the interim reading under way ends.
    private var interimEnd: SamplePosition = 0
    /// The last interim reading, and where its audio ended.
    private var reading: (text: String, end: SamplePosition)?
    private var nextReading: SamplePosition
    private var speculation: Speculation?

    /// - Parameter told: What has been told of the utterance already, if anything has.
    init(_ utterance: UtteranceCutter.UnderWay, told: StableText?) {
        text = told ?? StableText()
        itemID = utterance.itemID
        start = utterance.start
        nextReading = utterance.voicedStart + SamplePosition(Self.firstReading)
    }

    /// What has been told of the utterance.
    var told: StableText { text }

    /// Whether a speculation has been made that may still come to use.
    var hasSpeculated: Bool { speculation != nil }

    /// What should be asked of the engine, as things stand.
    ///
    /// - Parameter speculatesAfter: Samples of silence; `nil` for never.
    func wish(
        _ utterance: UtteranceCutter.UnderWay,
        wantsInterim: Bool,
        speculatesAfter silence: Int?
    ) -> Wish? {
        if let silence, speculation == nil, utterance.silence >= silence, utterance.expectedEnd <= utterance.end {
            return .speculation
        }
        guard wantsInterim, interim == nil, speculation == nil, utterance.end >= nextReading else { return nil }
        return .interim
    }

    /// Notes what was asked, and as what.
    mutating func ask(
        _ wish: Wish,
        about utterance: UtteranceCutter.UnderWay,
        _ asked: TranscriptionRequest,
        as request: RequestID
    ) {
        switch wish {
        case .interim:
            let end = utterance.end
            (interim, interimEnd) = (request, end)
            // A reading costs as much as the utterance is long, so readings become rarer as it grows.
            nextReading = end + SamplePosition(max(Self.step, Int(end - start) / 4))
        case .speculation:
            var asked = asked
            asked.samples = []
            speculation = Speculation(
                request: request,
                asked: asked,
                voicedEnd: utterance.voicedEnd,
                end: utterance.expectedEnd
            )
        }
    }

    /// Forgets a speculation when speech has gone on since, however shortly.
    ///
    /// - Returns: Whether there was one.
    mutating func dropSpeculation(unlessEndedAt voicedEnd: SamplePosition) -> Bool {
        guard let speculation, speculation.voicedEnd != voicedEnd else { return false }
        self.speculation = nil
        return true
    }

    /// Takes what the engine said.
    ///
    /// - Returns: Text that can be told; `nil` when nobody here waits for this request.
    mutating func take(
        _ request: RequestID,
        _ result: Result<Transcript, TranscriptionError>,
        wantsInterim: Bool
    ) -> String? {
        let isInterim = request == interim
        if isInterim {
            interim = nil
        } else if request == speculation?.request {
            speculation?.result = result
        } else {
            return nil
        }

        guard wantsInterim, case .success(let transcript) = result, transcript.rejection == nil else { return "" }
        if isInterim { reading = (transcript.text, interimEnd) }
        return text.read(transcript.text)
    }

    /// What the transcript will be if nobody goes on; `nil` while no reading holds everything that was said.
    func text(of utterance: UtteranceCutter.UnderWay) -> String? {
        guard utterance.itemID == itemID else { return nil }

        var heard: String?
        if let speculation, speculation.voicedEnd == utterance.voicedEnd,
            let transcript = try? speculation.result?.get()
        {
            heard = transcript.rejection == nil ? transcript.text : nil
        } else if speculation == nil, let reading, reading.end >= utterance.expectedEnd {
            heard = reading.text
        }

        guard let heard, !text.told.isEmpty else { return heard }
        var text = text
        return text.finish(heard).text
    }

    /// The speculation that is the transcript of what was cut, and its result if that is there; `nil` when it is none.
    func transcript(of utterance: Utterance) -> (request: RequestID, result: Result<Transcript, TranscriptionError>?)? {
        guard let speculation, utterance.item.id == itemID, utterance.context == Utterance.Context(),
            utterance.item.range.lowerBound == start, utterance.voicedEnd == speculation.voicedEnd,
            utterance.item.range.upperBound <= speculation.end + Self.tolerance,
            speculation.asked.asksAsMuch(as: utterance.request)
        else { return nil }
        // One that was refused for lack of time is no answer.
        if case .failure = speculation.result { return nil }
        return (speculation.request, speculation.result)
    }
}

extension TranscriptionRequest {
    /// Whether an answer to this is one to the other, the samples aside.
    fileprivate func asksAsMuch(as other: TranscriptionRequest) -> Bool {
        model == other.model && language == other.language && prompt == other.prompt
            && (wantsWordTimes || !other.wantsWordTimes)
    }
}
