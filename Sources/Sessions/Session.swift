import Audio
import CoreMetrics
public import Limits
public import SpeechDetection
public import Transcription

/// One client's stream: commands in, events out.
///
/// It knows nothing of sockets or protocols. Commands are handled one after the other; utterances are transcribed
/// concurrently, and their events leave in audio order. When `SessionSettings.maximumPending` utterances wait, no
/// further command is taken, so that the source of commands is slowed.
public struct Session: Sendable {
    private let settings: SessionSettings
    private let transcriber: any Transcriber
    private let metrics: SessionMetrics
    private let memory: MemoryBudget
    private let makeID: @Sendable () -> String
    private let account: AudioAccount
    private let conversation: Conversation

    /// - Parameters:
    ///   - memory: What minutes of buffered audio count against.
    ///   - makeID: Names items; random by default.
    public init(
        settings: SessionSettings,
        transcriber: any Transcriber,
        metrics: SessionMetrics,
        memory: MemoryBudget = MemoryBudget(limit: .max),
        makeID: @escaping @Sendable () -> String = { Identifier.random("item") }
    ) {
        self.settings = settings
        self.transcriber = transcriber
        self.metrics = metrics
        self.memory = memory
        self.makeID = makeID
        account = AudioAccount(metrics: metrics)
        conversation = Conversation(limit: settings.rememberedItems)
    }

    /// Where every sample received so far went.
    public var ledger: AudioLedger { account.snapshot }

    /// Takes commands until there are none left, then finishes what is open.
    ///
    /// Returns, and finishes `events`, when the last event has been taken. When the task is cancelled, what is open
    /// counts as disconnected or cancelled, and no further event is sent.
    public func run(
        detector: sending any VoiceActivityDetector,
        events: BoundedChannel<SessionEvent>,
        nextCommand: () async -> ClientCommand?
    ) async {
        var cutter = UtteranceCutter(
            settings: settings,
            detector: detector,
            account: account,
            conversation: conversation,
            memory: BufferShare(of: memory),
            owner: RequestOwner(),
            makeID: makeID
        )
        let answers = BoundedChannel<Answer>(capacity: settings.maximumPending)
        metrics.active.increment()
        await withDiscardingTaskGroup { group in
            group.addTask { await forward(answers, to: events) }
            await events.send(.created(settings))
            while let command = await nextCommand() {
                if let refusal = cutter.refusal(of: command) {
                    await events.send(refusal)
                    continue
                }
                for (index, piece) in command.pieces.enumerated() {
                    // Others on this thread have their turn between the pieces of a large message.
                    if index > 0 { await Task.yield() }
                    for output in cutter.handle(piece) { await process(output, in: &group, answers, events) }
                }
                cutter.giveRoomBack()
            }
            for output in Task.isCancelled ? cutter.abandon() : cutter.finish() {
                await process(output, in: &group, answers, events)
            }
            answers.finish()
        }
        metrics.active.decrement()
        events.finish()
    }

    private func process(
        _ output: UtteranceCutter.Output,
        in group: inout DiscardingTaskGroup,
        _ answers: BoundedChannel<Answer>,
        _ events: BoundedChannel<SessionEvent>
    ) async {
        switch output {
        case .event(let event): await events.send(event)
        case .answer(let event): await answers.send(.ready(event))
        case .utterance(let utterance):
            let (answer, promise) = AsyncStream.makeStream(of: SessionEvent.self, bufferingPolicy: .bufferingOldest(1))
            // The answer's place in the queue comes first: it bounds what is being transcribed.
            guard await answers.send(.later(answer, utterance.ends)) else {
                account.fail(utterance.item.range.count, code: TranscriptionError.cancelled.code)
                return
            }
            group.addTask {
                promise.yield(await transcribe(utterance))
                promise.finish()
            }
        }
    }

    private func transcribe(_ utterance: Utterance) async -> SessionEvent {
        let start = ContinuousClock.now
        // The cutter's buffer lets these samples go.
        let share = memory.makeShare()
        share.add(BufferShare.bytes(of: utterance.request.samples.count))
        defer { share.clear() }
        do throws(TranscriptionError) {
            let transcript = try await transcriber.transcribe(utterance.request)
            book(transcript, samples: utterance.item.range.count)
            metrics.countUtterance(failure: nil, after: .now - start)
            return .transcribed(utterance.item, transcript)
        } catch {
            account.fail(utterance.item.range.count, code: error.code)
            metrics.countUtterance(failure: error.code, after: .now - start)
            return .failed(utterance.item, error)
        }
    }

    private func book(_ transcript: Transcript, samples: Int) {
        if let rejection = transcript.rejection { metrics.countRejection(rejection) }
        // What was only marked is in the client's hands all the same.
        if transcript.rejection != nil, transcript.text.isEmpty {
            account.discard(samples, .rejected)
        } else {
            account.transcribe(samples)
        }
    }

    /// Sends each answer once it is there, in the order in which they were asked for.
    private func forward(_ answers: BoundedChannel<Answer>, to events: BoundedChannel<SessionEvent>) async {
        var seams = TranscriptSeams()
        for await answer in answers {
            switch answer {
            case .ready(let event): await deliver(event, to: events)
            case .later(let stream, let ends):
                for await event in stream {
                    switch seams.take(event, ends) {
                    case .settled(let event): await deliver(event, to: events)
                    case .undecided(let request):
                        // The answers behind it wait, as they would for a slow answer.
                        let piece = try? await transcriber.transcribe(request)
                        await deliver(seams.settle(hearing: piece), to: events)
                    }
                }
            }
        }
    }

    private func deliver(_ event: SessionEvent, to events: BoundedChannel<SessionEvent>) async {
        if case .transcribed(let item, let transcript) = event {
            conversation.setTranscript(transcript.text, of: item.id)
        }
        await events.send(event)
    }

    /// An event that keeps its place in the order.
    private enum Answer: Sendable {
        case ready(SessionEvent)
        /// Gives exactly one event, or none when the task was cancelled.
        case later(AsyncStream<SessionEvent>, Utterance.Ends)
    }
}
