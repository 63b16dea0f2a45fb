import Chat
import Sessions
import SpeechDetection
import SpeechSynthesis
import Synchronization

/// What answers and speaks for the sessions, and judges when it is their turn.
struct VoiceEngines: Sendable {
    /// `nil` where the operator has set up none.
    var languageModel: (any LanguageModel)?
    var synthesizer: (any Synthesizer)?
    /// Tells whether a speaker has finished; `nil` where silence alone does.
    var endOfTurn: (any EndOfTurnModel)?
    let stages: StageMetrics

    /// The servers among them.
    var backends: [BackendGroup] {
        var groups: [BackendGroup] = []
        if let pool = languageModel as? PooledLanguageModel { groups.append(.init(kind: .languageModel, pool: pool)) }
        if let pool = synthesizer as? PooledSynthesizer { groups.append(.init(kind: .speech, pool: pool)) }
        return groups
    }

    /// Has a conversation answered.
    func reply(
        to request: ChatRequest,
        until interruption: Interruption,
        deliver: @escaping @Sendable (ChatPart) -> Void
    ) async -> Result<ChatEnd, ChatError> {
        guard let languageModel else { return .failure(.notConfigured) }

        let first = FirstTime(.firstToken, stages)
        do {
            let end = try await interruption.run {
                try await languageModel.reply(to: request) { part in
                    first.happened()
                    deliver(part)
                }
            }
            return .success(end)
        } catch let error as ChatError {
            return .failure(error)
        } catch {
            return .failure(.cancelled)
        }
    }

    /// Has a piece of text spoken, at the rate that the session sends.
    func speak(
        _ request: SynthesisRequest,
        rate: Int,
        until interruption: Interruption,
        deliver: @escaping @Sendable ([Int16]) -> Void
    ) async -> Result<Void, SynthesisError> {
        guard let synthesizer else { return .failure(.notConfigured) }

        let output = Mutex(SpeechSamples(rate: rate))
        let first = FirstTime(.firstSample, stages)
        do {
            try await interruption.run {
                try await synthesizer.speak(request) { audio in
                    first.happened()
                    // Of a rate from which none can be made, there are no samples.
                    let samples = output.withLock { (try? $0.convert(audio)) ?? [] }
                    if !samples.isEmpty { deliver(samples) }
                }
            }
            let rest = output.withLock { $0.finish() }
            if !rest.isEmpty { deliver(rest) }
            return .success(())
        } catch let error as SynthesisError {
            return .failure(error)
        } catch {
            return .failure(.cancelled)
        }
    }
}
