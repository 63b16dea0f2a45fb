import DequeModule
import Dialects
import NIOCore
import Sessions
import Spool
import Transcription
import WebSocketTransport

/// What the session's core wants done.
extension SessionEndpoint {
    private func wake(after delay: Duration) {
        guard let eventLoop else { return }
        eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [weak self] in
            self?.change { _, _ in }
        }
    }

    /// Remembers how to end a piece of work.
    private func interruption(of request: RequestID) -> Interruption {
        let interruption = Interruption()
        underWay[request] = interruption
        return interruption
    }

    func carryOut() {
        meter.report(core.ledger)

        // Most appends end here.
        if effects.isEmpty, heldBack.isEmpty { return }
        meter.report(core.takePassages())
        heldBack += effects
        effects.removeAll(keepingCapacity: true)
        while !isRemembering, let effect = heldBack.popFirst() { carryOut(effect) }
        meter.report(core.speculations)
        meter.report(drafts: core.drafts)
        noteHold()
        if core.isFinished, heldBack.isEmpty { close() }
    }

    private func carryOut(_ effect: SessionCore.Effect) {
        switch effect {
        case .tell(let event): tell(event)
        case .adopt(let outcome): host.calls.count(outcome, after: .zero)
        case .keep(let item, let left, let request):
            jobs.yield(.keep(KeptUtterance(item: item.id, range: item.range, leftContext: left, request: request)))
        case .transcribe(let request, let id, let purpose):
            let item = core.itemID(of: id)
            if core.settings.keptAs != nil, let item { kept[item] = (id, .now) }
            jobs.yield(.start(.transcribe(request, as: id, for: purpose, item: item)))
        case .ask(let request, let id): jobs.yield(.start(.ask(request, as: id, until: interruption(of: id))))
        case .speak(let request, let rate, let id):
            jobs.yield(.start(.speak(request, rate: rate, as: id, until: interruption(of: id))))
        case .judge(let audio, let id): jobs.yield(.start(.judge(audio, as: id)))
        case .cancel(let id): underWay.removeValue(forKey: id)?.interrupt(.clientGone)
        case .wake(let delay): wake(after: delay)
        case .recall(let choice, let id): jobs.yield(.recall(choice, as: id))
        case .remember(let entries, let memoryID):
            isRemembering = true
            jobs.yield(.remember(entries, in: memoryID))
        }
    }

    private func tell(_ event: SessionEvent) {
        var whenSent: (@Sendable () -> Void)?
        switch event {
        case .transcribed(let item, let transcript):
            settle(item, result: .success(transcript))
            whenSent = measureSending()
        case .failed(let item, let error):
            settle(item, result: .failure(error))
            whenSent = measureSending()
        case .updated: askForCapabilities()
        default: break
        }

        dialect.encode(event, into: &messages)
        for message in messages {
            resume?.log.add(message)
            if let line { send(message, over: line, whenSent: whenSent) }
        }

        messages.removeAll(keepingCapacity: true)
    }

    private func settle(_ item: SessionEvent.Item, result: Result<Transcript, TranscriptionError>) {
        utterances += 1
        guard core.settings.keptAs != nil else { return }
        kept[item.id] = nil
        jobs.yield(.settle(item: item.id, result))
    }

    private func close() {
        if case .failed(let error) = inputEnd {
            close(error.close)
        } else if let limitClose {
            close(limitClose)
        } else {
            close(host.drain.isDraining ? SessionHost.stopping(dialect) : WebSocketClose(.normal))
        }
    }

    func close(_ close: WebSocketClose) {
        // What was asked ahead is of no use any more.
        jobs.yield(.cancel)
        guard let line else {
            // A client that comes back still gets what it has missed.
            resume?.close = close
            return
        }
        line.close(close)
        jobs.finish()
    }
}
