import Audio

/// Asks a model, in each pause of an utterance, whether the speaker has finished.
struct TurnJudge {
    /// Silence after which the model is asked: 200 ms.
    static let pause = SampleClock.samples(milliseconds: 200)
    /// Silence that ends a turn that sounds finished: 300 ms, in which an engine works ahead.
    private static let patience = SampleClock.samples(milliseconds: 300)
    /// What a model is given at most: 8 s, and half a second before the speech.
    static let reach = SamplePosition(SampleClock.samples(milliseconds: 8_000))
    static let padding = SamplePosition(SampleClock.samples(milliseconds: 500))

    private struct Question {
        var request: RequestID
        /// Where speech had ended; it has gone on when that is elsewhere.
        var voicedEnd: SamplePosition
        var isOver: Bool?
    }

    private var question: Question?

    /// Whether the model should be asked about the pause that an utterance is in.
    func isDue(_ utterance: UtteranceCutter.UnderWay) -> Bool {
        utterance.silence >= Self.pause && question?.voicedEnd != utterance.voicedEnd
    }

    mutating func ask(about utterance: UtteranceCutter.UnderWay, as request: RequestID) {
        question = Question(request: request, voicedEnd: utterance.voicedEnd)
    }

    /// Takes the model's answer; one without an answer is left to the silence.
    mutating func take(_ isOver: Bool?, of request: RequestID) {
        guard question?.request == request else { return }
        question?.isOver = isOver
    }

    /// Whether the model has said, of the pause that an utterance is in, that the turn is over.
    func soundsFinished(_ utterance: UtteranceCutter.UnderWay) -> Bool {
        question?.voicedEnd == utterance.voicedEnd && question?.isOver == true
    }

    /// Whether the turn is over as far as the model knows.
    func isOver(_ utterance: UtteranceCutter.UnderWay) -> Bool {
        soundsFinished(utterance) && utterance.silence >= Self.patience
    }
}

extension SessionCore {
    /// Takes how likely it is that the speaker has finished; `nil` when the model could not say.
    public mutating func finish(_ request: RequestID, judging probability: Float?, into effects: inout [Effect]) {
        guard let threshold = settings.endOfTurnThreshold else { return }
        judge.take(probability.map { $0 >= threshold }, of: request)
        judgeTurn(into: &effects)
        takeTurns(into: &effects)
    }

    /// Whether a model judges the pauses.
    var isJudged: Bool { settings.endOfTurnThreshold != nil && settings.eagerness != nil }

    /// Has the pause judged, and ends a turn that is over.
    mutating func judgeTurn(into effects: inout [Effect]) {
        guard isJudged, !hasInputEnded, let utterance = cutter.underWay else { return }
        if judge.isDue(utterance) {
            let id = makeRequestID()
            judge.ask(about: utterance, as: id)
            effects.append(.judge(cutter.turn(utterance), as: id))
        } else if judge.isOver(utterance) {
            take(cutter.endTurn(), isTurn: true, into: &effects)
        }
    }
}
