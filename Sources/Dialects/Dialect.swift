public import Sessions

/// One wire protocol: maps a client's messages to commands, and a session's events to messages.
///
/// It knows nothing of audio processing or sockets. Messages of both directions are mapped at the same time, so what it
/// keeps of a connection, if anything, is safe to use from both.
public protocol Dialect: Sendable {
    /// What the log calls it.
    static var name: String { get }

    /// What a text message asks for; `text` is valid UTF-8.
    func decode(text: Span<UInt8>) -> ClientCommand

    /// What a binary message asks for.
    func decode(binary: Span<UInt8>) -> ClientCommand

    /// The text messages, as UTF-8 and in order, that tell the client of an event; none if the protocol has none for it.
    func encode(_ event: SessionEvent) -> [[UInt8]]
}
