/// The conversation as lines of text: `Me: …` and `Bot: …`, one for each turn, in the order of the turns.
///
/// Text is shown as it comes. Only the oldest turn that is not over writes; what comes for later ones waits, since
/// servers may tell the user's words after the answer has begun.
struct ChatScreen {
    enum Output: Equatable {
        /// Text for standard output; a line may come in several pieces.
        case write(String)
        /// A sentence for standard error, between lines.
        case report(String)
    }

    private enum Speaker: String {
        case user = "Me: "
        case bot = "Bot: "
    }

    private struct Turn {
        var speaker: Speaker
        /// The item or response.
        var id: String
        var waiting = ""
        var hasText = false
        var isOver = false
        var isInterrupted = false
        /// Whether its text is all there but not yet all heard.
        var isStillPlayed = false
        var reports: [String] = []

        /// Takes text on one line, without blanks before the first word.
        mutating func append(_ text: String) {
            var text = printable(text)[...]
            if !hasText { text = text.drop { $0 == " " } }
            guard !text.isEmpty else { return }
            hasText = true
            waiting += text
        }
    }

    private static let interruption = " —"
    private var turns: [Turn] = []
    private var isLineOpen = false
    private var output: [Output] = []

    /// What is to be shown, since the last call.
    mutating func takeOutput() -> [Output] {
        defer { output = [] }
        return output
    }

    /// The server has taken what was spoken; its words come.
    mutating func userSpoke(item: String) {
        _ = place(of: item, .user)
    }

    /// More of the user's words.
    mutating func userSaid(_ text: String, item: String) {
        let place = place(of: item, .user)
        turns[place].append(text)
        advance()
    }

    /// All of the user's words, of which some may have been told already.
    mutating func userTurnEnded(item: String, transcript: String) {
        let place = place(of: item, .user)
        if !turns[place].hasText { turns[place].append(transcript) }
        turns[place].isOver = true
        advance()
    }

    /// The bot begins to answer.
    mutating func botTurnStarted(response: String) {
        _ = place(of: response, .bot)
    }

    mutating func botSaid(_ text: String, response: String) {
        let place = place(of: response, .bot)
        guard !turns[place].isInterrupted else { return }
        turns[place].append(text)
        advance()
    }

    /// The answer is complete.
    ///
    /// - Parameters:
    ///   - isPlayed: Whether a part of it is still to be heard, so that it may yet be interrupted.
    ///   - isCut: Whether it ends early.
    ///   - report: What to say after its line.
    mutating func botTurnEnded(response: String, isPlayed: Bool, isCut: Bool = false, report: String? = nil) {
        let place = place(of: response, .bot)
        // Words of the user that have not come until now do not come any more, or too late for their place.
        for earlier in turns[..<place].indices where turns[earlier].speaker == .user { turns[earlier].isOver = true }
        if isCut { turns[place].isInterrupted = true }
        if let report { turns[place].reports.append(report) }
        turns[place].isStillPlayed = isPlayed && !turns[place].isInterrupted
        turns[place].isOver = !turns[place].isStillPlayed
        advance()
    }

    /// The user spoke while the bot did: no more of the bot's turn is shown.
    mutating func botInterrupted() {
        for place in turns.indices where turns[place].speaker == .bot && !turns[place].isOver {
            turns[place].isInterrupted = true
            if turns[place].isStillPlayed { turns[place].isOver = true }
        }
        advance()
    }

    /// All audio that has come has been heard.
    mutating func playbackEnded() {
        for place in turns.indices where turns[place].isStillPlayed { turns[place].isOver = true }
        advance()
    }

    /// A sentence for the error stream; it waits for the end of an open line.
    mutating func report(_ sentence: String) {
        if let place = turns.indices.last {
            turns[place].reports.append(sentence)
        } else {
            output.append(.report(sentence))
        }
        advance()
    }

    /// Nothing more comes: shows what waits and ends the line.
    mutating func finish() {
        for place in turns.indices { turns[place].isOver = true }
        advance()
    }

    private mutating func place(of id: String, _ speaker: Speaker) -> Int {
        if let place = turns.firstIndex(where: { $0.id == id && $0.speaker == speaker }) { return place }
        turns.append(Turn(speaker: speaker, id: id))
        return turns.count - 1
    }

    private mutating func advance() {
        while var turn = turns.first {
            if !turn.waiting.isEmpty {
                output.append(.write((isLineOpen ? "" : turn.speaker.rawValue) + turn.waiting))
                isLineOpen = true
                turn.waiting = ""
                turns[0] = turn
            }
            guard turn.isOver || (turn.reports.isEmpty == false && !isLineOpen) else { return }
            if isLineOpen { output.append(.write((turn.isInterrupted ? Self.interruption : "") + "\n")) }
            isLineOpen = false
            output += turn.reports.map { .report($0) }
            turns[0].reports = []
            guard turn.isOver else { return }
            turns.removeFirst()
        }
    }
}
