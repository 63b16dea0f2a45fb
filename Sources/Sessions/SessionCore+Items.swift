import Audio
import SpeechDetection
import Transcription

extension SessionCore {
    /// Takes a piece of the next item's audio.
    mutating func collect(_ audio: [UInt8]) {
        let makeDetector = makeDetector
        items.append(audio, settings) { (try? makeDetector?()) ?? CredulousDetector() }
    }

    /// Puts a client's item into the conversation.
    mutating func create(
        _ item: ConversationItem,
        after previous: String?,
        eventID: String?,
        into effects: inout [Effect]
    ) {
        let audio = items.takeAudio()
        guard assistant != nil else {
            let command = ClientCommand.create(item, after: previous, eventID: eventID)
            effects.append(.tell(.rejected(Self.noAssistant(for: command))))
            return
        }

        var item = item
        if item.id.isEmpty { item.id = makeItemID() }
        guard !room.conversation.contains(item.id) else {
            let message = "There is an item '\(item.id)' in this conversation already."
            let error = ClientError(.duplicateItem, message, param: "item.id", eventID: eventID)
            effects.append(.tell(.rejected(error)))
            return
        }

        var place = Conversation.Place.end
        if let previous {
            guard previous.isEmpty || room.conversation.contains(previous) else {
                effects.append(.tell(.rejected(Self.unknownPrevious(previous, eventID: eventID))))
                return
            }
            place = previous.isEmpty ? .start : .after(previous)
        }

        guard item.awaitedPart != nil else {
            let previousID = room.conversation.add(item, at: place)
            remember(item, into: &effects)
            effects.append(.tell(.added(item, previousID: previousID)))
            return
        }

        // Where there was no room for its audio, the client has been told.
        guard let audio else { return }
        if var refusal = refusal(of: audio) {
            refusal.eventID = eventID
            effects.append(.tell(.rejected(refusal)))
            return
        }

        let previousID = room.conversation.add(item, at: place, isAwaited: true)
        effects.append(.tell(.added(item, previousID: previousID)))
        transcribe(audio, of: item, into: &effects)
    }

    private static func unknownPrevious(_ id: String, eventID: String?) -> ClientError {
        let message = "There is no item '\(id)' in this conversation to put the new one behind."
        return ClientError(.invalidValue, message, param: "previous_item_id", eventID: eventID)
    }

    /// Why a new item's audio cannot be transcribed, if it cannot.
    private func refusal(of audio: AudioPath) -> ClientError? {
        func refused(_ message: String) -> ClientError { ClientError(.invalidValue, message, param: "item.content") }
        if let refusal = audio.refusal { return ClientError(.invalidAudio, "\(refusal)", param: "item.content") }
        let length = Int(audio.end)
        if length < UtteranceCutter.minimumCommit {
            return refused("The audio of an item needs at least 100 ms.")
        }
        if length > settings.maximumCommit {
            let seconds = settings.maximumCommit / SampleClock.rate
            return refused("The audio of an item may last \(seconds) s. Send what is longer in several items.")
        }

        return nil
    }

    /// Has a new item's audio transcribed, as that of a commit.
    private mutating func transcribe(_ audio: AudioPath, of item: ConversationItem, into effects: inout [Effect]) {
        let range = 0..<audio.end
        var told = SessionEvent.Item(id: item.id, range: range)
        told.contentIndex = item.awaitedPart ?? 0
        cutter.take(ofItem: range.count)
        let rules = settings.turnDetection ?? settings.defaultTurnDetection
        let voice = audio.evidence(in: range, under: rules)
        guard !settings.checksManualCommits || CommitRule(rules: rules).hasSpeech(voice) else {
            cutter.dismiss(item: range.count)
            tell(.transcribed(told, Transcript(rejected: .noSpeech)), into: &effects)
            return
        }

        var request = cutter.request(samples: audio.samples(range))
        request.voice = voice
        request.wantsWordTimes = settings.wantsWordTimes
        let id = makeRequestID()
        items.add(told, request: id)
        effects.append(.transcribe(request, as: id, for: .utterance))
    }

    /// Takes what the engine said about an item; false when none waited for it.
    mutating func finishItem(
        _ request: RequestID,
        with outcome: Result<Transcript, TranscriptionError>,
        into effects: inout [Effect]
    ) -> Bool {
        guard let item = items.settle(request) else { return false }
        cutter.book(outcome, samples: item.range.count)
        switch outcome {
        case .success(let transcript): tell(.transcribed(item, transcript), into: &effects)
        case .failure(let error): tell(.failed(item, error), into: &effects)
        }
        return true
    }
}
