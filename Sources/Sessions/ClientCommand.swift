/// What a client asks a session to do, whatever protocol it speaks.
public enum ClientCommand: Equatable, Sendable {
    /// Mono PCM16LE; `rate` is in `AudioIntake.rates`, or `nil` for the session's rate.
    case append(audio: [UInt8], rate: Int?)
    /// End the current utterance now and transcribe what is buffered.
    case commit(eventID: String?)
    /// Drop what is not yet part of a finished utterance.
    case clear
    case update(SessionUpdate)
    /// A message that could not be understood.
    case invalid(ClientError)
}
