/// Holds one conversation: connects, moves text and sound, and says when it is over.
struct ChatRun: Sendable {
    /// Where the user's words come from.
    enum Source: Sendable {
        case lines(LineInput)
        case sound(any ChatMicrophone, any ChatLoudspeaker)
    }

    let url: ServerURL
    let access: ServerAccess
    let settings: ChatSettings
    let source: Source
    let recording: SpeechRecording?
    let console: Console

    /// Runs to the end of the conversation.
    ///
    /// Returns whether an answer failed or a message was refused.
    ///
    /// Throws `StenoClientError`, `OutputStream.Failure` or `CancellationError`.
    func run() async throws -> Bool {
        try await WebSocketClient.withConnection(to: url, access: access) { connection in
            let talk = ChatTalk(settings: settings, connection: connection, source: source, console: console)
            do {
                try await hold(talk, over: connection)
                try await talk.finish()
            } catch {
                // What came before the failure is worth its line.
                try? await talk.finish()
                throw error
            }
            return await talk.hasFailed
        }
    }

    private func hold(_ talk: ChatTalk, over connection: ClientConnection) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await talk.listen()
                return true
            }
            switch source {
            case .lines(let lines):
                group.addTask { try await Self.unlessLost { try await talk.type(lines) } }
            case .sound(let microphone, let loudspeaker):
                group.addTask { try await Self.unlessLost { try await talk.hear(microphone) } }
                group.addTask { try await Self.unlessLost { try await talk.play(on: loudspeaker, recording) } }
            }
            while let isOver = try await group.next() {
                if isOver { break }
            }
            group.cancelAll()
        }
    }

    /// When sending fails, the reading side knows why: the server's last words may still be on their way.
    private static func unlessLost(_ body: () async throws -> Void) async throws -> Bool {
        do { try await body() } catch StenoClientError.connectionLost {}
        return false
    }
}
