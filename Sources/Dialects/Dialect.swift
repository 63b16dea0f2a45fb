public import Sessions

/// One wire protocol on one connection: maps a client's messages to commands, and a session's events to messages.
///
/// It knows nothing of audio processing or sockets. What it has to keep of the connection, such as names that it gave or
/// memory that it uses again, it keeps in itself.
public protocol Dialect: Sendable {
    /// What the log calls it.
    static var name: String { get }

    /// How the server closes a connection when it stops.
    static var stopping: OutgoingMessage { get }

    /// How the protocol names the session to its client; `nil` where it does not.
    var sessionID: String? { get }

    /// Appends what a text message asks for: nothing for a message that only keeps the connection alive, several commands
    /// where one message means several, `.finish` for an end of the input.
    ///
    /// A message of more than 256 KiB is decoded by a copy, on another thread; what that copy keeps is lost.
    ///
    /// - Parameter text: Valid UTF-8.
    mutating func decode(text: Span<UInt8>, into commands: inout [ClientCommand])

    /// Appends what a binary message asks for; as for texts.
    mutating func decode(binary: Span<UInt8>, into commands: inout [ClientCommand])

    /// Appends the messages that tell the client of an event; none if the protocol has none for it.
    mutating func encode(_ event: SessionEvent, into messages: inout [OutgoingMessage])
}

extension Dialect {
    public var sessionID: String? { nil }

    public static var stopping: OutgoingMessage { .close(code: 1_001, reason: "server is stopping") }
}

/// A message to the client.
public enum OutgoingMessage: Equatable, Sendable {
    /// UTF-8.
    case text([UInt8])
    case binary([UInt8])
    /// The end of the connection, with a code that may stand in a Close frame and at most 123 bytes of reason.
    case close(code: UInt16, reason: String)
}
