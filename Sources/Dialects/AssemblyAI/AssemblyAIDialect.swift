import Audio
import FoundationEssentials
import JSON
public import Sessions
import Transcription

/// AssemblyAI's realtime protocol of version 2, on `/v2/realtime/ws`.
///
/// Sources: the types of its Python package 0.17 and 0.43, and what both were seen to send. One value serves one
/// connection: it adds up interim text, since a partial transcript holds the whole utterance so far.
///
/// Every message has a `text`, because clients were written that look for it before they look at the type.
public struct AssemblyAIDialect: Dialect {
    public static let name = "assemblyai-v2"
    /// Clients take this code for an ordinary end, and others for a failure.
    public static let stopping = AssemblyAIClosing(.sessionExpired, "The server is stopping.").close

    /// An utterance that is being said.
    private struct Speech {
        var start: SamplePosition
        var text = ""
    }

    private let format: AudioFormat
    private let tellsDuration: Bool
    private let id: String
    private let now: @Sendable () -> Date
    private var outline = JSONOutline()
    private var audio: [UInt8] = []
    private var received: SamplePosition = 0
    private var speeches: [String: Speech] = [:]
    /// Why the session is not to go on.
    private var closing: AssemblyAIClosing?

    public var sessionID: String? { id }

    /// - Parameters:
    ///   - format: What the client's audio is.
    ///   - tellsDuration: Whether the client wants to know how much audio there was, at the end.
    ///   - sessionID: A UUID of version 4; clients check that.
    ///   - now: The time that messages are dated with.
    init(
        format: AudioFormat,
        tellsDuration: Bool = false,
        sessionID: String = UUID().uuidString.lowercased(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.format = format
        self.tellsDuration = tellsDuration
        id = sessionID
        self.now = now
    }

    /// A session that ends before it begins.
    init(refusal: AssemblyAIClosing) {
        self.init(format: .pcm16(rate: SampleClock.rate))
        closing = refusal
    }

    public mutating func decode(text: Span<UInt8>, into commands: inout [ClientCommand]) {
        releaseMemory()
        do throws(ClientError) {
            try readMembers(of: text)
            let message = try AssemblyAIMessage(text, outline: outline, audio: &audio)
            let wishes = try message.commands()
            for case .append(let audio, _) in wishes { count(audio.count) }
            commands += wishes
        } catch {
            // The protocol ends a session at the first message that it does not understand. What came before is transcribed.
            commands += [.invalid(error), .finish]
        }
    }

    public mutating func decode(binary: Span<UInt8>, into commands: inout [ClientCommand]) {
        releaseMemory()
        audio.removeAll(keepingCapacity: true)
        binary.withUnsafeBufferPointer { audio.append(contentsOf: $0) }
        count(audio.count)
        commands.append(.append(audio: audio, rate: nil))
    }

    public mutating func encode(_ event: SessionEvent, into messages: inout [OutgoingMessage]) {
        switch event {
        case .created: begin(&messages)
        case .speechStarted(let id, let start): speeches[id] = Speech(start: start)
        case .interim(let id, let delta): messages.append(partial(id, adding: delta))
        case .transcribed(let item, let transcript):
            end(item)
            messages.append(final(AssemblyAITranscript(transcript, at: item.range)))
        case .failed(let item, let error):
            end(item)
            messages.append(Self.error(error.description))
        case .rejected(let error): reject(error, messages: &messages)
        case .ended(let ledger): end(ledger, &messages)
        default: break
        }
    }
}

extension AssemblyAIDialect {
    /// Memory for audio that is kept for the next message, in bytes.
    private static let keptLength = 1 << 16
    /// Sessions do not expire here, but clients are told a time.
    private static let lifetime = 30.0 * 24 * 3_600

    private mutating func releaseMemory() {
        if audio.capacity > 2 * Self.keptLength { audio = [] }
    }

    private mutating func readMembers(of text: Span<UInt8>) throws(ClientError) {
        do {
            try outline.read(text)
        } catch .notAnObject {
            throw ClientError(.invalidEvent, "The message must be a JSON object.")
        } catch {
            throw ClientMessage.invalid(error)
        }
    }

    private mutating func count(_ bytes: Int) { received += SamplePosition(format.sampleCount(of: bytes)) }

    private mutating func end(_ item: SessionEvent.Item) {
        speeches[item.id] = nil
        // Audio of very long messages is not counted when they come.
        received = max(received, item.range.upperBound)
    }

    private func begin(_ messages: inout [OutgoingMessage]) {
        if let closing {
            messages += [Self.error(closing.message), closing.close]
            return
        }
        let expiry = now().addingTimeInterval(Self.lifetime)
        let fields: [String: JSONValue] = ["session_id": .string(id), "expires_at": Self.date(expiry)]
        messages.append(Self.message("SessionBegins", fields))
    }

    private mutating func partial(_ id: String, adding delta: String) -> OutgoingMessage {
        var speech = speeches[id] ?? Speech(start: received)
        speech.text += delta
        speeches[id] = speech
        let transcript = AssemblyAITranscript(partial: speech.text, at: speech.start..<max(received, speech.start))
        return Self.message("PartialTranscript", transcript.fields, ["created": Self.date(now())])
    }

    private func final(_ transcript: AssemblyAITranscript) -> OutgoingMessage {
        let form: [String: JSONValue] = [
            "created": Self.date(now()), "punctuated": .bool(true), "text_formatted": .bool(true),
        ]
        return Self.message("FinalTranscript", transcript.fields, form)
    }

    private mutating func reject(_ error: ClientError, messages: inout [OutgoingMessage]) {
        switch error.code {
        case .commitEmpty:
            // Whoever forces an end waits for a transcript.
            messages.append(final(AssemblyAITranscript(emptyAt: received)))
            return
        case .messageTooLarge, .protocolViolation, .serverOverloaded, .rateLimitExceeded: break
        case .invalidJSON: closing = AssemblyAIClosing(.badJSON, error.message)
        default: closing = AssemblyAIClosing(.badSchema, error.message)
        }
        messages.append(Self.error(error.message))
    }

    private func end(_ ledger: AudioLedger, _ messages: inout [OutgoingMessage]) {
        if let closing {
            messages.append(closing.close)
            return
        }
        if tellsDuration {
            let seconds = Double(ledger.received) / Double(SampleClock.rate)
            messages.append(Self.message("SessionInformation", ["audio_duration_seconds": .number(seconds)]))
        }
        messages.append(Self.message("SessionTerminated"))
    }

    private static func message(
        _ type: String,
        _ fields: [String: JSONValue] = [:],
        _ more: [String: JSONValue] = [:]
    ) -> OutgoingMessage {
        var message: [String: JSONValue] = ["message_type": .string(type), "text": ""]
        message.merge(fields) { $1 }
        message.merge(more) { $1 }
        return .text(JSONValue.object(message).text)
    }

    private static func error(_ message: String) -> OutgoingMessage {
        .text(JSONValue.object(["error": .string(message), "text": ""]).text)
    }

    private static func date(_ date: Date) -> JSONValue {
        .string(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
}
