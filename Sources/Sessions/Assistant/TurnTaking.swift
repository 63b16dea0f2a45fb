import Audio

/// Whose turn it is: what speech has been heard while the assistant speaks, and what is owed an answer.
struct TurnTaking {
    /// Speech that may interrupt the assistant, until that is clear.
    struct Suspicion {
        var itemID: String
        var start: SamplePosition
    }

    /// What an utterance that has ended brings about once its words are known.
    enum Consequence: Equatable {
        case answer
        /// It was too short to interrupt, so that its words decide.
        case answerIfItSaysSomething
    }

    var suspicion: Suspicion?
    /// Utterances that turn detection ended and whose transcripts are still to come.
    private var expected: [String: Consequence] = [:]
    /// Utterances that were short while the assistant spoke.
    private var short: Set<String> = []
    /// Utterances that interrupted the assistant.
    private var interrupting: Set<String> = []
    /// Whether a turn has ended that has not been answered.
    var owesAnswer = false

    /// An utterance ends a turn: its transcript is to be answered.
    mutating func expect(_ id: String) {
        expected[id] = short.remove(id) == nil ? .answer : .answerIfItSaysSomething
    }

    /// Whether the transcript of an utterance is waited for to be answered.
    func expects(_ id: String) -> Bool { expected[id] != nil }

    mutating func noteShort(_ id: String) { short.insert(id) }

    mutating func noteInterruption(_ id: String) { interrupting.insert(id) }

    /// What the transcript of an utterance brings about; `nil` for one that a client committed.
    mutating func takeConsequence(of id: String) -> (consequence: Consequence?, hasInterrupted: Bool) {
        (expected.removeValue(forKey: id), interrupting.remove(id) != nil)
    }

    mutating func reset() { self = TurnTaking() }
}
