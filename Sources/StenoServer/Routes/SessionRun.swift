import Dialects
import Limits
import Logging
import NIOCore
import Sessions
import SpeechDetection
import Spool
import Transcription
import WebSocketTransport

/// One session of a `SessionHost`, from the answer to its request to its end: what its endpoint is made of, and the
/// work that goes on away from its event loop.
final class SessionRun: Sendable {
    private let host: SessionHost
    private let start: WireProtocol.Start
    private let keyed: KeyedSession
    private let kept: SpoolSession?
    private let memory: CharacterMemory
    private let client: Client
    private let logger: Logger
    private let eventLoop: any EventLoop
    private let endpoint: NIOLoopBoundBox<SessionEndpoint?>
    private let jobs: AsyncStream<SessionEndpoint.Job>
    private let queue: AsyncStream<SessionEndpoint.Job>.Continuation

    /// - Parameters:
    ///   - keyed: The session's place among those of its key.
    ///   - kept: What keeps its utterances, where any are kept.
    ///   - logger: Names the session in every line of the log about it.
    init(
        host: SessionHost,
        start: WireProtocol.Start,
        keyed: KeyedSession,
        kept: SpoolSession?,
        memory: CharacterMemory,
        client: Client,
        logger: Logger,
        on eventLoop: any EventLoop
    ) {
        self.host = host
        self.start = start
        self.keyed = keyed
        self.kept = kept
        self.memory = memory
        self.client = client
        self.logger = logger
        self.eventLoop = eventLoop
        endpoint = NIOLoopBoundBox.makeEmptyBox(valueType: SessionEndpoint.self, eventLoop: eventLoop)
        (jobs, queue) = AsyncStream.makeStream()
    }

    /// Ends the session with its connection, also where that is lost before the session has begun.
    func watch(_ channel: any Channel) {
        channel.closeFuture.whenComplete { [self] _ in
            if endpoint.value?.outlivesConnection == true { return }
            queue.finish()
            endpoint.value?.leave()
        }
    }

    /// Called on the event loop, once the connection is there.
    ///
    /// - Throws: What the detector throws that cannot be made.
    func makeEndpoint() throws -> SessionEndpoint {
        let detectors = host.detectors
        let core = SessionCore(
            settings: start.settings,
            detector: try detectors.make(),
            makeDetector: { try detectors.make() },
            owner: RequestOwner(key: client.name)
        )
        let session = SessionEndpoint(
            host,
            core: core,
            dialect: start.dialect,
            keyed: keyed,
            jobs: queue,
            logger: logger
        )
        endpoint.value = session
        kept?.begin { [self] item, late in tell { $0.took(late: late, of: item) } }
        if let token = start.settings.resume?.token {
            let resumable = ResumableSession(
                owner: client.name,
                dialect: type(of: start.dialect).name,
                endpoint: endpoint,
                on: eventLoop
            )
            host.resumable.add(resumable, token: token)
        }

        return session
    }

    /// Does what the session asks for until it asks for no more, then ends it.
    func work() async {
        await withLogger(logger) { [self] _ in await runJobs() }
        await memory.sessionEnded()
        let isDelivered = try? await eventLoop.submit { [self] in
            defer { endpoint.value = nil }
            endpoint.value?.leave()
            return endpoint.value?.isDelivered ?? false
        }.get()
        kept?.end(isDelivered: isDelivered ?? false)
    }

    private func runJobs() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                switch job {
                case .cancel: group.cancelAll()
                case .start(let call):
                    group.addTask(executorPreference: executor(of: call)) { [self] in await run(call) }
                // Not in the group, so that these are done in order, and also when the client is gone.
                case .recall(let choice, let id):
                    let result = await memory.recall(choice)
                    tell { $0.finished(id, recalling: result) }
                case .remember(let entries, let memoryID):
                    let result = await memory.remember(entries, in: memoryID)
                    tell { $0.finished(remembering: result) }
                case .keep(let utterance): await kept?.record(utterance)
                case .settle(let item, let result): await kept?.settle(item, result)
                }
            }
        }
    }

    /// The threads that a call takes; `nil` for those of every task.
    private func executor(of call: SessionEndpoint.Call) -> (any TaskExecutor)? {
        if case .decode = call { host.messageThreads } else { nil }
    }

    /// Tells the session something, unless it has ended.
    private func tell(_ body: @escaping @Sendable (SessionEndpoint) -> Void) {
        eventLoop.execute { [self] in
            if let session = endpoint.value { body(session) }
        }
    }

    private func run(_ call: SessionEndpoint.Call) async {
        switch call {
        case .transcribe(let request, let id, let purpose, let item):
            let outcome = await transcript(of: request, for: purpose, item: item)
            tell { session in
                if let outcome { session.finished(id, with: outcome) } else { session.delayed(id) }
            }
        case .ask(let request, let id, let interruption):
            let outcome = await host.voice.reply(to: request, until: interruption) { [self] part in
                tell { $0.take(part, of: id) }
            }
            tell { $0.finished(id, with: outcome) }
        case .speak(let request, let rate, let id, let interruption):
            let outcome = await host.voice.speak(request, rate: rate, until: interruption) { [self] samples in
                tell { $0.take(samples, of: id) }
            }
            tell { $0.finished(id, with: outcome) }
        case .judge(let audio, let id):
            let probability = await host.voice.endOfTurn?.probabilityOfEnd(of: audio)
            tell { $0.finished(id, judging: probability) }
        case .decode(let message, var dialect, let input):
            var commands: [ClientCommand] = []
            dialect.decode(message, into: &commands)
            tell { [commands] in $0.decoded(commands, of: input) }
        }
    }

    /// What the engine says to a request; `nil` when its utterance is delayed, and the result comes later.
    ///
    /// - Parameter item: The utterance's name, which the engine's lines in the log have.
    private func transcript(
        of request: TranscriptionRequest,
        for purpose: SessionCore.Purpose,
        item: String?
    ) async -> Result<Transcript, TranscriptionError>? {
        guard let item else { return await host.calls.result(of: request, for: purpose) }
        return await withLogger(mergingMetadata: ["steno.item": "\(item)"]) { [self] _ in
            guard let kept else { return await host.calls.result(of: request, for: purpose) }
            guard kept.has(item) else {
                return kept.explained(await host.calls.result(of: request, for: purpose), of: item)
            }
            return await kept.result(of: item) { [self] in
                await host.calls.result(of: request, for: purpose, isKept: true)
            }
        }
    }
}
