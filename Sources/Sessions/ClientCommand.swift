/// What a client asks a session to do, whatever protocol it speaks.
public enum ClientCommand: Equatable, Sendable {
    /// Mono PCM16LE at `rate`, which is in `AudioIntake.rates`; without a rate, audio in the session's format.
    case append(audio: [UInt8], rate: Int?)
    /// End the current utterance now and transcribe what is buffered.
    case commit(eventID: String?)
    /// Drop what is not yet part of a finished utterance.
    case clear
    case update(SessionUpdate)
    /// Tell again what an item of the conversation holds.
    case retrieve(itemID: String, eventID: String?)
    /// Take an item out of the conversation.
    case delete(itemID: String, eventID: String?)
    /// A part of the audio of the item that is created next, in the session's format.
    case itemAudio([UInt8])
    /// Put an item into the conversation: behind the item named, at its start for an empty name, or at its end.
    ///
    /// Of its audio, what has come by ``itemAudio(_:)`` is transcribed, where it has no transcript.
    case create(ConversationItem, after: String?, eventID: String?)
    /// Answer the conversation.
    case respond(ReplyRequest, eventID: String?)
    /// End a response, the current one without a name.
    case cancelResponse(id: String?, eventID: String?)
    /// Count only so much of an item of the assistant as heard.
    case truncate(itemID: String, milliseconds: Int, eventID: String?)
    /// Drop the speech that has not been sent.
    case clearOutput(eventID: String?)
    /// A message that could not be understood.
    case invalid(ClientError)
    /// No command follows; what is open is transcribed.
    case finish
}

extension ClientCommand {
    /// The most audio that is handled without a pause: 8 KiB, half a second at 8 kHz, so that others wait for little.
    static let pieceLength = 1 << 13

    /// Whether it brings more audio than is handled without a pause.
    public var isLong: Bool {
        switch self {
        case .append(let audio, _), .itemAudio(let audio): audio.count > Self.pieceLength
        default: false
        }
    }

    /// The same command in parts that are each handled quickly.
    ///
    /// A message may hold minutes of audio. In pieces, its utterances leave one by one, under the session's bound.
    public var pieces: [ClientCommand] {
        switch self {
        case .append(let audio, let rate) where isLong:
            Self.pieces(of: audio).map { .append(audio: $0, rate: rate) }
        case .itemAudio(let audio) where isLong: Self.pieces(of: audio).map { .itemAudio($0) }
        default: [self]
        }
    }

    private static func pieces(of audio: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: audio.count, by: pieceLength).map { start in
            Array(audio[start..<min(start + pieceLength, audio.count)])
        }
    }
}
