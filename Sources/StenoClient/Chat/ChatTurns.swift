/// Whether somebody's turn is still open, by the server's events: it tells when a conversation can end.
struct ChatTurns {
    private var isSpeaking = false
    /// Items without an answer yet.
    private var unanswered: Set<String> = []
    private var answers: Set<String> = []
    /// Stands for what was typed.
    private static let typed = ""

    /// Nobody speaks, and nothing that was said waits for its answer.
    var isIdle: Bool { !isSpeaking && unanswered.isEmpty && answers.isEmpty }

    /// Whether the bot makes an answer now.
    var isAnswering: Bool { !answers.isEmpty }

    /// An answer was asked for.
    mutating func asked() {
        unanswered.insert(Self.typed)
    }

    mutating func take(_ event: ChatEvent) {
        switch event {
        case .speechStarted: isSpeaking = true
        case .speechStopped: isSpeaking = false
        case .committed(let item):
            isSpeaking = false
            unanswered.insert(item)

        // Silence gets no answer.
        case .heard(let item, ""): unanswered.remove(item)
        case .unheard(let item, _): unanswered.remove(item)
        case .answerStarted(let response):
            unanswered = []
            answers.insert(response)
        case .answerEnded(let response, _):
            answers.remove(response)
        case .refused(_, RealtimeMessage.Cause.question): unanswered.remove(Self.typed)
        case .created, .updated, .hearing, .heard, .saying, .speech, .speechEnded, .refused, .other: break
        }
    }
}
