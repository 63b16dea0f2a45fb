import Logging
import NIOCore
import Sessions
import SpeechDetection
import Spool
import Transcription
import WebSocketTransport

/// What sessions want done away from their event loops.
extension SessionHost {
    /// Does what a session asks for until it asks for no more, then ends it.
    func work(
        on jobs: AsyncStream<SessionEndpoint.Job>,
        for endpoint: NIOLoopBoundBox<SessionEndpoint?>,
        _ memory: CharacterMemory,
        _ kept: SpoolSession?,
        _ eventLoop: any EventLoop
    ) async {
        let work = Work(host: self, endpoint: endpoint, kept: kept, eventLoop: eventLoop)
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                switch job {
                case .cancel: group.cancelAll()
                // Not in the group, so that it is done in order, and also when the client is gone.
                case .recall(let choice, let id):
                    let result = await memory.recall(choice)
                    work.tell { $0.finished(id, recalling: result) }
                case .remember(let entries, let memoryID):
                    let result = await memory.remember(entries, in: memoryID)
                    work.tell { $0.finished(remembering: result) }
                case .keep(let utterance): await kept?.record(utterance)
                case .settle(let item, let result): await kept?.settle(item, result)
                case .start(let call):
                    group.addTask(executorPreference: executor(of: call)) { await work.run(call) }
                }
            }
        }
        await memory.sessionEnded()
        let isDelivered = try? await eventLoop.submit {
            defer { endpoint.value = nil }
            endpoint.value?.leave()
            return endpoint.value?.isDelivered ?? false
        }.get()
        kept?.end(isDelivered: isDelivered ?? false)
    }

    /// The threads that a call takes; `nil` for those of every task.
    private func executor(of call: SessionEndpoint.Call) -> (any TaskExecutor)? {
        if case .decode = call { messageThreads } else { nil }
    }

    /// The work of one session that goes on at the same time as other work of it.
    private struct Work: Sendable {
        let host: SessionHost
        let endpoint: NIOLoopBoundBox<SessionEndpoint?>
        let kept: SpoolSession?
        let eventLoop: any EventLoop

        /// Tells the session something, unless it has ended.
        func tell(_ body: @escaping @Sendable (SessionEndpoint) -> Void) {
            eventLoop.execute {
                if let session = endpoint.value { body(session) }
            }
        }

        func run(_ call: SessionEndpoint.Call) async {
            switch call {
            case .transcribe(let request, let id, let purpose, let item):
                let outcome = await transcript(of: request, for: purpose, item: item)
                tell { session in
                    if let outcome { session.finished(id, with: outcome) } else { session.delayed(id) }
                }
            case .ask(let request, let id, let interruption):
                let outcome = await host.voice.reply(to: request, until: interruption) { part in
                    tell { $0.take(part, of: id) }
                }
                tell { $0.finished(id, with: outcome) }
            case .speak(let request, let rate, let id, let interruption):
                let outcome = await host.voice.speak(request, rate: rate, until: interruption) { samples in
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
            return await withLogger(mergingMetadata: ["steno.item": "\(item)"]) { _ in
                guard let kept else { return await host.calls.result(of: request, for: purpose) }
                guard kept.has(item) else {
                    return kept.explained(await host.calls.result(of: request, for: purpose), of: item)
                }
                return await kept.result(of: item) {
                    await host.calls.result(of: request, for: purpose, isKept: true)
                }
            }
        }
    }
}
