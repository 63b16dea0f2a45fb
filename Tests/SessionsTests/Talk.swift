import Audio
import Chat
import SpeechSynthesis
import TestSupport
import Transcription

@testable import Sessions

/// A conversation with a session's core, in which time is what the test says it is.
///
/// The engine hears the texts of `hears`, the model writes those of `writes`, and every character of speech lasts 50 ms.
struct Talk: ~Copyable {
    static let rate = 8_000

    var core: SessionCore
    /// Milliseconds since the beginning.
    private(set) var now = 0
    /// Everything that was told, with the time.
    private(set) var told: [(time: Int, event: SessionEvent)] = []
    private(set) var asked: [ChatRequest] = []
    private(set) var spoken: [String] = []
    private(set) var cancelled: [RequestID] = []
    /// What the engine hears in the utterances to come; nothing means that it is asked and does not answer.
    var hears: [String?] = []
    /// What the model writes, reply by reply; nothing means that it is asked and does not answer.
    var writes: [[ChatPart]?] = []
    /// Whether speech is made as soon as it is asked for.
    var speaks = true
    private(set) var openUtterances: [RequestID] = []
    /// What the engine was asked about utterances that may go on.
    private(set) var openReadings: [RequestID] = []
    private(set) var openReplies: [RequestID] = []
    /// What the model was asked while no response was under way.
    private(set) var drafts: [RequestID] = []
    /// Those of them that became a response.
    private(set) var usedDrafts: [RequestID] = []
    private var lastDraft: RequestID?
    private(set) var openSpeech: [(id: RequestID, text: String)] = []
    /// What the end-of-turn model was asked about: samples.
    private(set) var judged: [(id: RequestID, count: Int)] = []
    /// The characters that were looked for.
    private(set) var recalled: [CharacterChoice] = []
    private var openRecalls: [RequestID] = []
    /// What was kept, and how many events had been told by then.
    private(set) var remembered: [MemoryEntry] = []
    private(set) var rememberedAt: [Int?] = []
    /// What every attempt to keep something ends with.
    var failsToRemember: ClientError?
    private var wakes: [Int] = []

    init(_ change: (inout SessionSettings) -> Void = { _ in }) {
        var settings = SessionHarness.settings
        settings.answers = true
        settings.assistant.outputFormat = .pcm16(rate: Self.rate)
        settings.includesAudio = false
        change(&settings)
        var names: [String: Int] = [:]
        func name(_ prefix: String) -> String {
            names[prefix, default: 0] += 1
            return "\(prefix)\(names[prefix, default: 0])"
        }
        core = SessionCore(
            settings: settings,
            detector: LoudnessDetector(),
            makeDetector: { LoudnessDetector() },
            makeID: { name("i") },
            makeReplyID: { name("r") }
        )
        var effects: [SessionCore.Effect] = []
        core.begin(into: &effects)
        carryOut(effects)
    }

    /// What was told, without the audio's deltas.
    var summary: [String] {
        told.map(\.event.summary).filter { !$0.hasPrefix("audio ") }
    }

    var replies: [Reply.Info] {
        told.compactMap { if case .reply(.done(let info)) = $0.event { info } else { nil } }
    }

    /// Audio sent, in milliseconds.
    var sent: Int {
        told.reduce(0) { sum, entry in
            if case .reply(.audio(let samples, _)) = entry.event {
                sum + samples.count * 1_000 / Self.rate
            } else {
                sum
            }
        }
    }

    mutating func handle(_ command: ClientCommand) {
        var effects: [SessionCore.Effect] = []
        core.advance(to: .milliseconds(now), into: &effects)
        core.handle(command, into: &effects)
        carryOut(effects)
    }

    /// The client closes its connection.
    mutating func close() {
        var effects: [SessionCore.Effect] = []
        core.advance(to: .milliseconds(now), into: &effects)
        core.stopAnswering(into: &effects)
        core.handle(.finish, into: &effects)
        carryOut(effects)
    }

    /// Somebody speaks for so long.
    mutating func speech(_ milliseconds: Int) { stream(milliseconds) { .speech($0) } }

    mutating func silence(_ milliseconds: Int) { stream(milliseconds) { .silence($0) } }

    private mutating func stream(_ milliseconds: Int, _ audio: (Int) -> ClientCommand) {
        var left = milliseconds
        while left > 0 {
            let step = min(20, left)
            pass(step)
            handle(audio(step))
            left -= step
        }
    }

    /// Time passes, in which nothing comes from the client.
    mutating func pass(_ milliseconds: Int) {
        let end = now + milliseconds
        while let wake = wakes.filter({ $0 <= end }).min() {
            wakes.removeAll { $0 == wake }
            now = max(now, wake)
            var effects: [SessionCore.Effect] = []
            core.advance(to: .milliseconds(now), into: &effects)
            carryOut(effects)
        }
        now = end
    }

    mutating func transcribe(_ text: String) {
        finish(openUtterances.removeFirst(), hearing: text)
    }

    /// The engine says what it hears of an utterance that may go on.
    mutating func read(_ text: String) {
        finish(openReadings.removeFirst(), hearing: text)
    }

    /// Whether a response has been told of and is not done.
    var hasOpenReply: Bool {
        told.reduce(0) { count, entry in
            switch entry.event {
            case .reply(.created): count + 1
            case .reply(.done): count - 1
            default: count
            }
        } > 0
    }

    mutating func judge(_ probability: Float?) {
        let (id, _) = judged.removeFirst()
        var effects: [SessionCore.Effect] = []
        core.advance(to: .milliseconds(now), into: &effects)
        core.finish(id, judging: probability, into: &effects)
        carryOut(effects)
    }

    /// A character has been found, or not.
    mutating func recall(_ result: Result<Persona, ClientError>) {
        var effects: [SessionCore.Effect] = []
        core.advance(to: .milliseconds(now), into: &effects)
        core.finish(openRecalls.removeFirst(), recalling: result, into: &effects)
        carryOut(effects)
    }

    mutating func fail() {
        var effects: [SessionCore.Effect] = []
        core.finish(openUtterances.removeFirst(), with: .failure(TranscriptionError.engineFailed), into: &effects)
        carryOut(effects)
    }

    mutating func write(
        _ parts: [ChatPart],
        ends result: Result<ChatEnd, ChatError>? = .success(.init(reason: .complete))
    ) {
        let id = openReplies[0]
        if result != nil { openReplies.removeFirst() }
        write(parts, to: id, ends: result)
    }

    mutating func speak(_ milliseconds: Int, ends result: Result<Void, SynthesisError>? = .success(())) {
        let id = openSpeech[0].id
        if result != nil { openSpeech.removeFirst() }
        speak(milliseconds, to: id, ends: result)
    }

    private mutating func finish(_ id: RequestID, hearing text: String) {
        var effects: [SessionCore.Effect] = []
        core.advance(to: .milliseconds(now), into: &effects)
        core.finish(id, with: .success(Transcript(text: text)), into: &effects)
        carryOut(effects)
    }

    private mutating func write(_ parts: [ChatPart], to id: RequestID, ends result: Result<ChatEnd, ChatError>?) {
        var effects: [SessionCore.Effect] = []
        core.advance(to: .milliseconds(now), into: &effects)
        for part in parts { core.take(part, of: id, into: &effects) }
        if let result { core.finish(id, with: result, into: &effects) }
        carryOut(effects)
    }

    private mutating func speak(_ milliseconds: Int, to id: RequestID, ends result: Result<Void, SynthesisError>?) {
        var effects: [SessionCore.Effect] = []
        core.advance(to: .milliseconds(now), into: &effects)
        let samples = [Int16](repeating: 1, count: milliseconds * Self.rate / 1_000)
        core.take(samples, of: id, into: &effects)
        if let result { core.finish(id, with: result, into: &effects) }
        carryOut(effects)
    }

    private mutating func carryOut(_ effects: [SessionCore.Effect]) {
        if core.drafts.used > usedDrafts.count, let lastDraft { usedDrafts.append(lastDraft) }
        lastDraft = core.assistant?.drafts.current?.id
        for effect in effects {
            switch effect {
            case .tell(let event): told.append((now, event))
            case .keep, .adopt: break
            case .recall(let choice, let id):
                recalled.append(choice)
                openRecalls.append(id)
            case .remember(let entries, _):
                remembered += entries
                rememberedAt.append(told.count)
                var effects: [SessionCore.Effect] = []
                core.finish(
                    remembering: failsToRemember.map { .failure($0) } ?? .success(()),
                    into: &effects
                )
                carryOut(effects)
            case .wake(let delay): wakes.append(now + Int((delay / .milliseconds(1)).rounded(.up)))
            case .judge(let audio, let id):
                judged.append((id, audio.count))
            case .cancel(let id):
                cancelled.append(id)
                openReplies.removeAll { $0 == id }
                openSpeech.removeAll { $0.id == id }
            case .transcribe(_, let id, .utterance):
                if hears.isEmpty {
                    openUtterances.append(id)
                } else if let text = hears.removeFirst() {
                    finish(id, hearing: text)
                } else {
                    openUtterances.append(id)
                }
            case .transcribe(_, let id, .seam): finish(id, hearing: "so")
            case .transcribe(_, let id, .ahead): openReadings.append(id)
            case .ask(let request, let id):
                asked.append(request)
                if !hasOpenReply { drafts.append(id) }
                let parts = writes.isEmpty ? nil : writes.removeFirst()
                if let parts {
                    write(parts, to: id, ends: .success(ChatEnd(reason: .complete)))
                } else {
                    openReplies.append(id)
                }
            case .speak(let request, let rate, let id):
                #if DEBUG
                    precondition(rate == Self.rate)
                #endif
                spoken.append(request.text)
                if speaks {
                    speak(request.text.count * 50, to: id, ends: .success(()))
                } else {
                    openSpeech.append((id, request.text))
                }
            }
        }
    }
}
