/// A conversation that goes on: its state, and what the tasks of it do.
actor ChatTalk {
    private var conversation: ChatConversation
    private let connection: ClientConnection
    private let source: ChatRun.Source
    private let console: Console
    /// What the microphone has given since the server last said something.
    private var silentFor = Duration.zero
    private var isOver = false
    /// Tells who types that it is their turn.
    private let turn = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private var isReady = false
    private var waiting: [ChatConversation.Effect] = []
    private var isPerforming = false

    /// How long after the last words and sounds a file's conversation is over.
    private static let quiet = Duration.milliseconds(1_500)
    /// How long a server may leave what was said without an answer.
    private static let patience = Duration.seconds(30)

    init(settings: ChatSettings, connection: ClientConnection, source: ChatRun.Source, console: Console) {
        conversation = ChatConversation(settings: settings)
        self.connection = connection
        self.source = source
        self.console = console
    }

    var hasFailed: Bool { conversation.hasFailed }

    /// Reads what the server says until the connection ends.
    func listen() async throws {
        defer { turn.continuation.finish() }
        for try await event in connection.events {
            switch event {
            case .text(let text):
                silentFor = .zero
                let event = try ChatEvent(parsing: text)
                try await perform(conversation.take(event))
                if isReady, conversation.isIdle { turn.continuation.yield() }
            case .closed(let closure):
                guard closure.code == 1000, closure.isAnswer else { throw StenoClientError.closed(closure) }
            case .binary: break
            }
        }
    }

    /// Sends lines, each when the answer to the last one is complete; the end of the input ends the conversation.
    func type(_ lines: LineInput) async throws {
        for await _ in turn.stream {
            guard conversation.isIdle, !isOver else { continue }
            guard let line = try await nextLine(lines) else {
                return try await end()
            }
            try await perform(conversation.type(line, isShown: !lines.isTerminal))
        }
    }

    /// Sends what the microphone hears; after all of a file is answered and heard, ends the conversation.
    func hear(_ microphone: any ChatMicrophone) async throws {
        for await _ in turn.stream { break }
        await console.advise("Connected; Ctrl-C ends the conversation.")
        while !isOver {
            let sound = try await microphone.read()
            if isOver { return }
            try await connection.send(RealtimeMessage.audio(sound.samples).text)
            guard sound.isAfterEnd else {
                silentFor = .zero
                continue
            }
            silentFor += .milliseconds(sound.samples.count * 1_000 / RealtimeMessage.sampleRate)
            if conversation.isIdle {
                if silentFor >= Self.quiet { try await end() }
            } else if conversation.isAnswering {
                silentFor = .zero
            } else if silentFor >= Self.patience {
                try await perform(conversation.fail("There is no answer within \(Self.patience.components.seconds) s."))
                try await end()
            }
        }
    }

    /// Plays what the bot says, and records what was played.
    func play(on loudspeaker: any ChatLoudspeaker, _ recording: SpeechRecording?) async throws {
        while true {
            let (samples, effects) = conversation.play(playedPiece)
            try await perform(effects)
            try await recording?.append(samples)
            try await loudspeaker.play(samples)
        }
    }

    /// Shows what is left.
    func finish() async throws {
        try await perform(conversation.finish())
    }

    /// The next line with something in it; on a terminal, the line of the prompt ends whatever happens.
    private func nextLine(_ lines: LineInput) async throws -> String? {
        guard lines.isTerminal else { return try await lines.nextWithText() }

        var line: String?
        repeat {
            try await console.write("Me: ")
            do { line = try await lines.next() } catch {
                try await console.write("\n")
                throw error
            }
            if line == nil { try await console.write("\n") }
        } while line.map { $0.allSatisfy(\.isWhitespace) } == true
        return line
    }

    private func end() async throws {
        guard !isOver else { return }
        isOver = true
        try await connection.close()
    }

    /// Performs effects in the order in which they came, also when several tasks bring some: one of them does the work.
    private func perform(_ effects: [ChatConversation.Effect]) async throws {
        waiting += effects
        guard !isPerforming else { return }
        isPerforming = true
        defer { isPerforming = false }
        while !waiting.isEmpty { try await perform(waiting.removeFirst()) }
    }

    private func perform(_ effect: ChatConversation.Effect) async throws {
        switch effect {
        case .show(.write(let text)): try await console.write(text)
        case .show(.report(let sentence)): await console.report(sentence)
        case .send(let message): if !isOver { try await connection.send(message.text) }
        case .hush: if case .sound(_, let loudspeaker) = source { await loudspeaker.hush() }
        case .ready: isReady = true
        case .end: try await end()
        }
    }
}
