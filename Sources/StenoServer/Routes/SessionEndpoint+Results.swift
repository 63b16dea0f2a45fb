import Chat
import Sessions
import SpeechSynthesis
import Spool
import Transcription
import WebSocketTransport

/// What comes from elsewhere than the client.
extension SessionEndpoint {
    /// Takes what an engine said to a request.
    func finished(_ request: RequestID, with result: Result<Transcript, TranscriptionError>) {
        passTime()
        core.finish(request, with: result, into: &effects)
        // Also where it has no effect, as the transcript waits for one before it.
        meter.report(core.takePassages())
        // It may have shown what the engine can do.
        askForCapabilities()
        carryOut()
        goOn()
    }

    /// No engine can serve a request now; its utterance is kept, and the result comes later.
    func delayed(_ request: RequestID) {
        change { core, effects in core.delay(request, into: &effects) }
        goOn()
    }

    /// Takes what an engine said to an utterance that was delayed.
    func took(late: Spool.Late, of item: String) {
        guard loss == nil, let (request, start) = kept.removeValue(forKey: item) else { return }
        host.calls.count(late.result, after: .now - start)
        change { core, effects in core.finish(request, with: late.result, audio: late.samples, into: &effects) }
        goOn()
    }

    /// Takes a part of the language model's reply.
    func take(_ part: ChatPart, of request: RequestID) {
        change { core, effects in core.take(part, of: request, into: &effects) }
    }

    /// Takes how the language model's reply ended.
    func finished(_ request: RequestID, with result: Result<ChatEnd, ChatError>) {
        underWay[request] = nil
        change { core, effects in core.finish(request, with: result, into: &effects) }
    }

    /// Takes speech.
    func take(_ samples: [Int16], of request: RequestID) {
        change { core, effects in core.take(samples, of: request, into: &effects) }
    }

    /// Takes how a piece of speech ended.
    func finished(_ request: RequestID, with result: Result<Void, SynthesisError>) {
        underWay[request] = nil
        change { core, effects in core.finish(request, with: result, into: &effects) }
    }

    /// Takes how likely it is that the speaker has finished.
    func finished(_ request: RequestID, judging probability: Float?) {
        change { core, effects in core.finish(request, judging: probability, into: &effects) }
    }

    /// Takes a character, or why there is none.
    func finished(_ request: RequestID, recalling result: Result<Persona, ClientError>) {
        change { core, effects in core.finish(request, recalling: result, into: &effects) }
        goOn()
    }

    /// Takes what became of something that was to be stored, and goes on with what had to wait for it.
    func finished(remembering result: Result<Void, ClientError>) {
        isRemembering = false
        change { core, effects in core.finish(remembering: result, into: &effects) }
    }

    /// Has what was said until the client was lost stored, of which nothing can be told any more.
    func rememberTheRest() {
        guard core.hasPersona else { return }
        core.stopAnswering(into: &effects)
        for case .remember(let entries, let memoryID) in heldBack + effects {
            jobs.yield(.remember(entries, in: memoryID))
        }
        heldBack.removeAll()
        effects.removeAll()
    }

    /// Hands something to the core that does not come from the client, and sends what that brings about.
    func change(_ body: (inout SessionCore, inout [SessionCore.Effect]) -> Void) {
        guard loss == nil else { return }
        passTime()
        body(&core, &effects)
        carryOut()
        flush()
    }
}
