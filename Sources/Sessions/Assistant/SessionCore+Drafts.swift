import Audio
import Chat

extension SessionCore {
    /// What became of answers that were begun in a pause.
    public var drafts: Speculations { room.drafts }

    /// Has the answer written in a pause that may end a turn, and gives up one whose turn goes on.
    mutating func draftAnswer(into effects: inout [Effect]) {
        guard let assistant, room.persona.recall == nil else { return }
        if let draft = assistant.drafts.current {
            if !isAwaited(draft) {
                withAssistant(into: &effects) { assistant, room in assistant.drafts.drop(in: &room) }
            }
        } else if assistant.mayDraft, let utterance = cutter.underWay, let text = draftedTurn(utterance) {
            withAssistant(into: &effects) { assistant, room in
                assistant.draft(answerTo: text, of: utterance, in: &room)
            }
        }
    }

    /// Whether the turn of a draft may still end as it was then, or has ended and waits for its transcript.
    private func isAwaited(_ draft: Drafts.Draft) -> Bool {
        guard assistant?.settings.createsResponse == true else { return false }
        guard cutter.isSpeaking else { return turns.expects(draft.itemID) || turns.owesAnswer }
        guard let utterance = cutter.underWay else { return false }
        return utterance.itemID == draft.itemID && utterance.voicedEnd == draft.voicedEnd
    }

    /// The text of a turn that ends unless its speaker goes on; `nil` when it is not known, or would not be answered.
    private func draftedTurn(_ utterance: UtteranceCutter.UnderWay) -> String? {
        guard !hasInputEnded, turns.suspicion == nil, !turns.owesAnswer, answers.isEmpty else { return nil }
        guard utterance.silence >= TurnJudge.pause, !isJudged || judge.soundsFinished(utterance) else { return nil }
        guard let text = ahead?.text(of: utterance), says(text, .answer) else { return nil }
        return room.conversation.awaited.isEmpty && !room.conversation.hasOpenCalls ? text : nil
    }
}

extension Assistant {
    /// Whether the end of a turn would be answered at once.
    var mayDraft: Bool {
        settings.speculates && settings.createsResponse && current == nil && queued == nil
    }

    /// Begins with the answer to an utterance that may go on.
    mutating func draft(answerTo text: String, of utterance: UtteranceCutter.UnderWay, in room: inout ReplyRoom) {
        var imagined = room
        _ = imagined.conversation.add(utterance: utterance.itemID)
        imagined.conversation.setTranscript(text, of: utterance.itemID)
        let plan = RunningReply.Plan(id: "", settings: settings)
        guard let request = request(for: plan, in: &imagined) else { return }
        drafts.begin(request, answering: utterance.itemID, endedAt: utterance.voicedEnd, in: &room)
    }
}
