import Audio
import Chat
import Limits
import MetricsTestKit
import Sessions
import SpeechDetection
import Synchronization
import TestSupport
import Transcription
import Waiting

/// Hears speech in every frame of 10 ms whose first sample is loud.
final class LoudnessDetector: VoiceActivityDetector {
    let frameLength = 160

    func score(_ frame: Span<Int16>) -> Float { abs(Int(frame[0])) > 1_000 ? 1 : 0 }
    func reset() {}
}

/// A session in a task of its own, fed and read by the test.
final class SessionHarness: Sendable {
    /// Ends an utterance after 50 ms of silence, needs 20 ms of speech, pads by nothing.
    static let settings = SessionSettings(
        turnDetection: TurnDetection(
            threshold: 0.5,
            smoothing: 160,
            prefixPadding: 0,
            suffixPadding: 0,
            hangover: 800,
            minimumSpeech: 320
        ),
        maximumUtterance: 16_000
    )

    let transcriber = ScriptedTranscriber()
    let metrics = TestMetrics()
    let session: Session
    let events = BoundedChannel<SessionEvent>(capacity: 2)
    private let commands = BoundedChannel<ClientCommand>(capacity: 1)
    private let delivered = Mutex<[SessionEvent]>([])

    init(settings: SessionSettings = settings, memory: MemoryBudget = MemoryBudget(limit: .max)) {
        let names = Mutex(0)
        session = Session(
            settings: settings,
            transcriber: transcriber,
            metrics: SessionMetrics(factory: metrics),
            memory: memory,
            makeID: {
                names.withLock { name in
                    name += 1
                    return "item_\(name)"
                }
            }
        )
    }

    /// Everything that the session told before its end.
    var told: [SessionEvent] {
        delivered.withLock { events in
            events.filter { if case .ended = $0 { false } else { true } }
        }
    }

    /// What it told of utterances' outcomes and of mistakes.
    var received: [SessionEvent] { told.filter(\.isOutcome) }

    /// Runs the session while `body` feeds it, and a reader takes its events.
    func run(_ body: @Sendable (SessionHarness) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.runSession() }
            group.addTask {
                for await event in self.events { self.delivered.withLock { $0.append(event) } }
            }
            try await body(self)
            commands.finish()
            try await group.waitForAll()
        }
    }

    func runSession() async {
        let commands = commands
        await session.run(detector: LoudnessDetector(), events: events) {
            await commands.makeAsyncIterator().next(isolation: nil)
        }
    }

    func send(_ commands: ClientCommand...) async {
        for command in commands { await self.commands.send(command) }
    }

    func finish() { commands.finish() }
}

extension ClientCommand {
    /// So many milliseconds of a loud square wave at 16 kHz.
    static func speech(_ milliseconds: Int, rate: Int? = nil) -> ClientCommand {
        .append(
            audio: PCM16.bytes([Int16](repeating: 8_000, count: milliseconds * (rate ?? 16_000) / 1_000)),
            rate: rate
        )
    }

    /// So many milliseconds of silence at 16 kHz.
    static func silence(_ milliseconds: Int) -> ClientCommand {
        .append(audio: [UInt8](repeating: 0, count: milliseconds * 32), rate: nil)
    }
}

extension ConversationItem {
    /// What it says; a dash where that is not known.
    var text: String {
        switch content {
        case .message(_, let parts):
            parts.map { part in
                switch part {
                case .text(let text): text
                case .audio(let transcript): transcript ?? "-"
                }
            }.joined(separator: "|")
        case .call(let call): "\(call.name)(\(call.arguments))"
        case .output(let callID, let text): "\(callID)=\(text)"
        }
    }
}

extension ReplyEvent {
    var summary: String {
        switch self {
        case .created(let info): "reply \(info.id)"
        case .begun(let item, let place): "begun \(item.id) in \(place.responseID) after \(place.previousID ?? "-")"
        case .text(let text, _): "text \(text)"
        case .transcript(let text, _, _): "said \(text)"
        case .audio(let samples, _): "audio \(samples.count)"
        case .ended(let item, _): "ended \(item.id) \(item.status.rawValue) \(item.text)"
        case .done(let info): "done \(info.id) \(info.status)"
        }
    }
}

extension SessionEvent {
    var isOutcome: Bool {
        switch self {
        case .transcribed, .failed, .rejected: true
        default: false
        }
    }

    /// `text@from-to` in milliseconds, `code!from-to` or `code`: short enough to compare whole conversations.
    ///
    /// Other events begin with their name and end with the item's.
    var summary: String {
        func span(_ item: Item) -> String { "\(item.range.lowerBound / 16)-\(item.range.upperBound / 16)" }
        return switch self {
        case .created: "created"
        case .resumed(let point): "resumed \(point.acceptedBytes)"
        case .updated: "updated"
        case .speechStarted(let id, let start): "started \(start / 16) \(id)"
        case .speechStopped(let id, let end): "stopped \(end / 16) \(id)"
        case .committed(let item, let previous): "committed \(span(item)) \(previous ?? "-") \(item.id)"
        case .cleared: "cleared"
        case .interim(let id, let delta): "interim \(id) \(delta)"
        case .retrieved(let item): "retrieved \(item.text) \(item.id)"
        case .added(let item, let previous): "added \(item.text) \(previous ?? "-") \(item.id)"
        case .truncated(let id, let milliseconds): "truncated \(id) \(milliseconds)"
        case .outputCleared(let id): "cleared \(id ?? "-")"
        case .timedOut(let id, let position): "timed out \(position / 16) \(id)"
        case .reply(let event): event.summary
        case .deleted(let id): "deleted \(id)"
        case .delayed(let item): "delayed \(span(item))"
        case .transcribed(let item, let transcript): "\(transcript.text)@\(span(item))"
        case .failed(let item, let error): "\(error.code)!\(span(item))"
        case .rejected(let error): error.code.rawValue
        case .ended: "ended"
        }
    }
}
