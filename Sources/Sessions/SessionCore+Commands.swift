import Audio
import Transcription

extension SessionCore {
    /// What audio is, given the rate that its message names.
    func format(named rate: Int?) -> AudioFormat {
        if let rate { return .pcm16(rate: rate) }
        return settings.inputFormat
    }

    /// Audio of which no samples can be made is answered with one error, and then with nothing until a clear.
    mutating func append(_ audio: [UInt8], rate: Int?, into effects: inout [Effect]) {
        guard cutter.refusal == nil else { return }
        let isNamed = rate != nil || settings.hasNamedFormat
        take(cutter.append(audio, format: format(named: rate), isNamed: isNamed), isTurn: true, into: &effects)
        guard let refusal = cutter.refusal else { return }
        effects.append(.tell(.rejected(ClientError(.invalidAudio, "\(refusal)"))))
    }

    mutating func commit(eventID: String?, into effects: inout [Effect]) {
        take(cutter.drain(), into: &effects)
        guard cutter.uncommitted >= UtteranceCutter.minimumCommit else {
            let have = SampleClock.milliseconds(at: SamplePosition(cutter.uncommitted))
            let message = "A commit needs at least 100 ms of audio; \(have) ms are buffered. Append more first."
            // The end of a turn may have been heard at the same time; some clients take any error for the end.
            if assistant != nil, settings.turnDetection != nil { return }
            let refusal = SessionEvent.rejected(ClientError(.commitEmpty, message, eventID: eventID))
            if settings.refusesCommitsAtOnce { effects.append(.tell(refusal)) } else { answers.add(refusal) }
            return
        }

        forgetSpeech(into: &effects)
        take(cutter.commit(), into: &effects)
    }

    /// Drops what has not become an utterance yet, as the client will send it again, to another server.
    ///
    /// Cut in two, with one half here and one there, it would lose words. With an assistant nothing is dropped: a
    /// conversation is not begun again elsewhere.
    public mutating func leaveOpenInput() {
        guard assistant == nil, !hasInputEnded else { return }
        dropAhead()
        if let id = cutter.clear(as: .disconnected) { told[id] = nil }
    }

    mutating func apply(_ update: SessionUpdate, into effects: inout [Effect]) {
        if holdsBack(update, into: &effects) { return }
        settings.apply(update)
        dropPersona()
        follow(into: &effects)
    }

    /// Does what a change of the settings brings about, and tells of it.
    mutating func follow(into effects: inout [Effect]) {
        let (before, after) = cutter.change(to: settings)
        take(before, isTurn: true, into: &effects)
        reviewSpeech(into: &effects)
        setAssistant(into: &effects)
        var shown = settings
        shown.overlap = settings.overlap ?? SessionSettings.overlap(hasWordTimes: engine.hasWordTimes)
        effects.append(.tell(.updated(shown)))
        take(after, isTurn: true, into: &effects)
    }

    func retrieve(_ id: String, eventID: String?, into effects: inout [Effect]) {
        if let item = room.conversation.item(id) {
            effects.append(.tell(.retrieved(item)))
        } else {
            effects.append(.tell(.rejected(Self.unknown(id, .itemRetrieve, eventID))))
        }
    }

    mutating func delete(_ id: String, eventID: String?, into effects: inout [Effect]) {
        if let item = room.conversation.item(id) {
            withAssistant(into: &effects) { assistant, room in assistant.forget(id, in: &room) }
            forget(room.conversation.item(id) ?? item, into: &effects)
            _ = room.conversation.delete(id)
            effects.append(.tell(.deleted(itemID: id)))
        } else {
            effects.append(.tell(.rejected(Self.unknown(id, .itemDelete, eventID))))
        }
    }

    static func unknown(_ id: String, _ code: ClientError.Code, _ eventID: String?) -> ClientError {
        ClientError(code, "There is no item '\(id)' in this conversation.", param: "item_id", eventID: eventID)
    }
}
