/// Sends one clip over its own connection and reports what comes back.
///
/// The end is definite: after the last sample the client sends a Close frame and reads on until the server, which
/// flushes first, answers it.
public struct TranscriptionRun<PacingClock: Clock>: Sendable where PacingClock.Duration == Duration {
    public enum Event: Equatable, Sendable {
        /// The connection is open.
        case connected
        /// The socket has taken the clip up to this sample, so long after the connection was open.
        case sent(position: Int, elapsed: Duration)
        case utterance(Utterance)
        /// An error event; the run goes on.
        case failure(ServerFailure)
    }

    public var clip: AudioClip
    public var url: ServerURL
    public var access: ServerAccess
    /// A hint for the recogniser, such as `en`.
    public var language: String?
    /// Whether each piece waits until it would have been recorded; else the server's reading sets the pace.
    public var isRealTime: Bool
    public var clock: PacingClock

    public init(
        clip: AudioClip,
        url: ServerURL,
        access: ServerAccess = ServerAccess(),
        language: String? = nil,
        isRealTime: Bool = false,
        clock: PacingClock = ContinuousClock()
    ) {
        self.clip = clip
        self.url = url
        self.access = access
        self.language = language
        self.isRealTime = isRealTime
        self.clock = clock
    }

    /// Runs to the end of the conversation.
    ///
    /// `observe` is called by the sending and by the reading side, and holds back the one that calls it. Throws
    /// `ClientError`, `CancellationError`, or what `observe` throws.
    public func run(_ observe: @escaping @Sendable (Event) async throws -> Void) async throws {
        try await WebSocketClient.withConnection(to: url.withoutAudio, access: access) { connection in
            try await observe(.connected)
            try await withThrowingTaskGroup { group in
                group.addTask { try await send(over: connection, observe) }
                group.addTask { try await receive(from: connection, observe) }
                try await group.waitForAll()
            }
        }
    }

    private func send(over connection: WebSocketConnection, _ observe: (Event) async throws -> Void) async throws {
        let start = clock.now
        do {
            if let language { try await connection.send(ClientMessage.language(language).text) }
            for piece in clip.pieces {
                if isRealTime {
                    try await clock.sleep(until: start.advanced(by: clip.time(at: piece.upperBound)), tolerance: nil)
                }
                try await connection.send(ClientMessage.audio(clip.samples[piece], sampleRate: clip.sampleRate).text)
                try await observe(.sent(position: piece.upperBound, elapsed: start.duration(to: clock.now)))
            }
            try await connection.close()
        } catch ClientError.connectionLost {
            // The reading side knows why: the server's last words may still be on their way.
        }
    }

    private func receive(
        from connection: WebSocketConnection,
        _ observe: (Event) async throws -> Void
    ) async throws {
        for try await event in connection.events {
            switch event {
            case .text(let text):
                switch try ServerEvent(parsing: text) {
                case .utterance(let utterance): try await observe(.utterance(utterance))
                case .failure(let failure): try await observe(.failure(failure))
                case .other: break
                }
            case .closed(let closure):
                guard closure.code == 1000, closure.isAnswer else { throw ClientError.closed(closure) }
            case .binary: break
            }
        }
    }
}
