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
        guard case .append(let audio, _) = self else { return false }
        return audio.count > Self.pieceLength
    }

    /// The same command in parts that are each handled quickly.
    ///
    /// A message may hold minutes of audio. In pieces, its utterances leave one by one, under the session's bound.
    public var pieces: [ClientCommand] {
        guard isLong, case .append(let audio, let rate) = self else { return [self] }
        return stride(from: 0, to: audio.count, by: Self.pieceLength).map { start in
            .append(audio: Array(audio[start..<min(start + Self.pieceLength, audio.count)]), rate: rate)
        }
    }
}
