/// The rules of a conversation at the terminal: events of the server in, effects out.
struct ChatConversation {
    enum Effect: Equatable {
        case show(ChatScreen.Output)
        case send(RealtimeMessage)
        /// What the loudspeaker still holds is not to be heard.
        case hush
        /// The server has taken the settings.
        case ready
        /// The conversation cannot go on.
        case end
    }

    let settings: ChatSettings
    private var screen = ChatScreen()
    private var playback = ChatPlayback(sampleRate: RealtimeMessage.sampleRate)
    private var turns = ChatTurns()
    /// Whether an answer failed or a message was refused.
    private(set) var hasFailed = false

    init(settings: ChatSettings) {
        self.settings = settings
    }

    /// Whether nobody's turn is open and everything has been heard.
    var isIdle: Bool { turns.isIdle && playback.isEmpty }

    /// Whether an answer is being made, or heard.
    var isAnswering: Bool { turns.isAnswering || !playback.isEmpty }

    mutating func take(_ event: ChatEvent) -> [Effect] {
        turns.take(event)
        var effects: [Effect] = []
        switch event {
        case .created: effects.append(.send(.setup(settings)))
        case .updated: effects.append(.ready)
        case .speechStarted: effects += interrupt()
        case .committed(let item): if settings.isSpoken { screen.userSpoke(item: item) }
        case .hearing(let item, let delta): screen.userSaid(delta, item: item)
        case .heard(let item, let transcript): screen.userTurnEnded(item: item, transcript: transcript)
        case .unheard(let item, let failure):
            hasFailed = true
            screen.userTurnEnded(item: item, transcript: "")
            screen.report("What you said has no transcript: \(failure)")
        case .answerStarted(let response): screen.botTurnStarted(response: response)
        case .saying(let response, let delta): screen.botSaid(delta, response: response)
        case .speech(let item, let samples): playback.append(samples, item: item)
        case .speechEnded(let item): playback.complete(item: item)
        case .answerEnded(let response, let outcome): effects += end(response, outcome: outcome)
        case .refused(let failure, let cause): effects += refused(failure, cause: cause)
        case .speechStopped, .other: break
        }

        return shown() + effects
    }

    /// Takes a typed line.
    ///
    /// - Parameter isShown: Whether it is to be printed, as it is not on a terminal that shows it already.
    mutating func type(_ line: String, isShown: Bool) -> [Effect] {
        turns.asked()
        if isShown { screen.userTurnEnded(item: "", transcript: line) }
        return shown() + [.send(.text(line)), .send(.answer)]
    }

    /// Hands over at most `count` samples for the loudspeaker.
    mutating func play(_ count: Int) -> (samples: [Int16], effects: [Effect]) {
        let samples = playback.take(count)
        if playback.isEmpty { screen.playbackEnded() }
        return (samples, shown())
    }

    /// Reports that something failed here.
    mutating func fail(_ sentence: String) -> [Effect] {
        hasFailed = true
        screen.report(sentence)
        return shown()
    }

    mutating func finish() -> [Effect] {
        screen.finish()
        return shown()
    }

    private mutating func shown() -> [Effect] {
        screen.takeOutput().map { .show($0) }
    }

    private mutating func interrupt() -> [Effect] {
        guard !playback.isEmpty else { return [] }
        screen.botInterrupted()
        return [.hush] + playback.interrupt().map { .send(.truncate(item: $0.item, milliseconds: $0.milliseconds)) }
    }

    private mutating func end(_ response: String, outcome: ChatEvent.Outcome) -> [Effect] {
        // Some servers leave out the end of the audio of an answer that is cut off.
        if !turns.isAnswering { playback.completeAll() }
        let isPlayed = !playback.isEmpty
        switch outcome {
        case .completed: screen.botTurnEnded(response: response, isPlayed: isPlayed)
        case .cancelled:
            // Nothing is to be heard of an answer that has been taken back, also if its speech was all there.
            let effects: [Effect] = isPlayed ? [.hush] : []
            _ = playback.interrupt()
            screen.botTurnEnded(response: response, isPlayed: false, isCut: true)
            return effects
        case .incomplete(let reason):
            let report = "The answer is not complete: \(printable(reason))."
            screen.botTurnEnded(response: response, isPlayed: isPlayed, report: report)
        case .failed(let failure):
            hasFailed = true
            let report = "There is no answer: \(failure)"
            screen.botTurnEnded(response: response, isPlayed: isPlayed, isCut: true, report: report)
        }

        return []
    }

    private mutating func refused(_ failure: ChatEvent.Failure, cause: String?) -> [Effect] {
        // The answer that it was about may be over, and the item played to its end: both are as they should be.
        if cause == RealtimeMessage.Cause.truncation { return [] }
        hasFailed = true
        screen.report("The server refuses: \(failure)")
        return cause == RealtimeMessage.Cause.setup ? [.end] : []
    }
}
