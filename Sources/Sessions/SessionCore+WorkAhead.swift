import Transcription

extension SessionCore {
    /// What became of speculations.
    public struct Speculations: Equatable, Sendable {
        public var used = 0
        public var discarded = 0
    }

    /// Asks the engine about the utterance that is being said, if there is one and it is time.
    mutating func workAhead(into effects: inout [Effect]) {
        guard engine.canSpeculate || engine.canRepeat, !hasInputEnded, let utterance = cutter.underWay else {
            dropAhead()
            return
        }

        if ahead?.itemID != utterance.itemID {
            dropAhead()
            ahead = WorkAhead(utterance, told: told.removeValue(forKey: utterance.itemID))
        }

        if ahead?.dropSpeculation(unlessEndedAt: utterance.voicedEnd) == true { speculations.discarded += 1 }
        let wish = ahead?.wish(
            utterance,
            wantsInterim: wantsInterim,
            speculatesAfter: engine.canSpeculate ? settings.speculatesAfter : nil
        )
        guard let wish else { return }
        let id = makeRequestID()
        let request = cutter.request(
            about: utterance,
            until: wish == .speculation ? utterance.expectedEnd : utterance.end
        )
        ahead?.ask(wish, about: utterance, request, as: id)
        effects.append(.transcribe(request, as: id, for: .ahead))
    }

    var wantsInterim: Bool { settings.allowsInterim && settings.wantsInterim && engine.canRepeat }

    /// Forgets what was asked ahead of an utterance that is none any more.
    mutating func dropAhead() {
        guard let ahead = ahead.take() else { return }
        // Its utterance may still end, as by a commit.
        if !ahead.told.told.isEmpty { told[ahead.itemID] = ahead.told }
        if ahead.hasSpeculated { speculations.discarded += 1 }
    }

    /// Asks the engine about an utterance, unless it has been asked already.
    mutating func transcribe(_ utterance: Utterance, into effects: inout [Effect]) {
        let ahead = ahead?.itemID == utterance.item.id ? self.ahead.take() : nil
        if let ahead, !ahead.told.told.isEmpty { told[utterance.item.id] = ahead.told }
        guard let ahead, let speculation = ahead.transcript(of: utterance) else {
            if ahead?.hasSpeculated == true { speculations.discarded += 1 }
            let id = makeRequestID()
            answers.add(utterance, request: id)
            effects.append(.transcribe(utterance.request, as: id, for: .utterance))
            return
        }

        answers.add(utterance, request: speculation.request)
        if let result = speculation.result {
            adopt(result, of: speculation.request, orAsk: utterance.request, into: &effects)
        } else {
            adopted[speculation.request] = utterance.request
        }
    }

    /// Takes the result of a request that was made ahead for an utterance that has ended since.
    mutating func adopt(
        _ outcome: Result<Transcript, TranscriptionError>,
        of id: RequestID,
        orAsk request: TranscriptionRequest,
        into effects: inout [Effect]
    ) {
        guard case .success = outcome else {
            let other = makeRequestID()
            answers.replace(id, by: other)
            effects.append(.transcribe(request, as: other, for: .utterance))
            speculations.discarded += 1
            return
        }

        speculations.used += 1
        guard let (item, _) = answers.settle(id, with: outcome) else { return }
        passages.append(.heard(itemID: item.id))
        cutter.book(outcome, samples: item.range.count)
        effects.append(.adopt(outcome))
    }
}
