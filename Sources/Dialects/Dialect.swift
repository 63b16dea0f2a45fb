public import Sessions

/// One wire protocol: maps a client's messages to commands, and a session's events to messages.
///
/// It knows nothing of audio processing or sockets, and keeps no state, so that messages of both directions may be
/// mapped at the same time.
public protocol Dialect: Sendable {
    /// What a text message asks for; `text` is valid UTF-8.
    func decode(text: Span<UInt8>) -> ClientCommand

    /// What a binary message asks for.
    func decode(binary: Span<UInt8>) -> ClientCommand

    /// The text message, as UTF-8, that tells the client of an event.
    func encode(_ event: SessionEvent) -> [UInt8]
}
