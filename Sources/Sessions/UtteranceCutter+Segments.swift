import Audio
import SpeechDetection
import Transcription

extension UtteranceCutter {
    mutating func end(_ segment: Segmenter.Segment) -> [Output] {
        guard settings.turnDetection != nil else { return [isWorthAsking(segment) ? take(segment) : dismiss(segment)] }

        var outputs: [Output] = []
        // What goes on after a cut at the maximum is announced only once it has proved to be an utterance.
        if announcedID == nil { outputs.append(announce(at: segment.range.lowerBound)) }
        if let announcedID { outputs.append(.speechStopped(itemID: announcedID, at: segment.range.upperBound)) }
        outputs.append(take(segment))
        return outputs
    }

    mutating func announce(at start: SamplePosition) -> Output {
        let id = makeID()
        announcedID = id
        announcedAt = segmenter.position
        return .speechStarted(itemID: id, at: start)
    }

    /// Makes an utterance of a segment.
    mutating func take(_ segment: Segmenter.Segment) -> Output {
        let segment = withUsefulContext(segment)
        discard(before: segment.heard.lowerBound, .silence)
        let samples = audio.samples(segment.heard)
        let isWhole = segment.heard == segment.range
        let item = item(segment, samples: isWhole ? samples : nil)
        var request = request(samples: samples)
        request.voice = audio.evidence(in: segment.range, under: rules)
        request.context = segment.leftContext + segment.rightContext

        // Where an utterance was cut for its length, word times say whose a word is.
        request.wantsWordTimes = settings.wantsWordTimes || !isWhole
        let context = Utterance.Context(left: segment.leftContext, right: segment.rightContext)
        var utterance = Utterance(item: item, context: context, request: request)
        if settings.turnDetection != nil { (utterance.voicedEnd, utterance.cutAt) = (voicedEnd, segmenter.position) }
        return .utterance(utterance)
    }

    /// A request about samples, in the session's words.
    func request(samples: [Int16]) -> TranscriptionRequest {
        var request = TranscriptionRequest(
            samples: samples,
            model: settings.model,
            language: settings.language,
            prompt: settings.prompt
        )
        request.owner = owner
        return request
    }

    /// Answers for a segment without speech, about which the engine is not asked.
    mutating func dismiss(_ segment: Segmenter.Segment) -> Output {
        discard(before: segment.heard.lowerBound, .silence)
        let item = item(segment, samples: nil)
        ledger.discard(segment.range.count, .silence)
        return .silent(item)
    }

    /// The item that a segment becomes; its samples are accounted for from here on.
    private mutating func item(_ segment: Segmenter.Segment, samples: [Int16]?) -> SessionEvent.Item {
        booked = segment.range.upperBound
        lastReason = segment.reason
        var item = SessionEvent.Item(id: announcedID.take() ?? makeID(), range: segment.range)
        if settings.includesAudio { item.audio = samples ?? audio.samples(segment.range) }
        return item
    }

    /// The rules by which a detector's scores are read, also while turn detection is off.
    var rules: TurnDetection { settings.turnDetection ?? settings.defaultTurnDetection }

    /// Whether the engine is asked about a segment that turn detection did not cut.
    func isWorthAsking(_ segment: Segmenter.Segment) -> Bool {
        if settings.turnDetection == nil, !settings.checksManualCommits { return true }
        return CommitRule(rules: rules).hasSpeech(audio.evidence(in: segment.range, under: rules))
    }

    /// Without word times, a segment has no context on the other side of a pause.
    private func withUsefulContext(_ segment: Segmenter.Segment) -> Segmenter.Segment {
        var segment = segment
        guard !hasWordTimes else { return segment }
        if segment.reason == .valley { segment.rightContext = 0 }
        if lastReason == .valley { segment.leftContext = 0 }
        return segment
    }

    mutating func discard(before position: SamplePosition, _ reason: AudioLedger.DiscardReason) {
        let position = min(position, audio.end)
        let count = Int(position - max(booked, audio.start))
        audio.drop(before: position)
        guard count > 0 else { return }
        booked = position
        ledger.discard(count, reason)
    }
}
