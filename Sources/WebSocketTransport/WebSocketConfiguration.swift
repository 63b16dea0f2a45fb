/// Limits of one WebSocket connection.
public struct WebSocketConfiguration: Equatable, Sendable {
    /// Largest message accepted, in bytes, after its fragments are joined.
    public var maxMessageSize = 21 << 20
    /// Messages that are read ahead of the handler, in bytes; with more the socket is no longer read.
    ///
    /// The default is more than 90 seconds of the fullest audio that clients stream: 48 kHz in base64.
    public var maxHeldBytes = 12 << 20
    /// From which wait of a message on the log says that the handler is too slow, once a minute at most.
    public var backlogWarning: Duration = .seconds(10)
    /// Time between the pings sent to the peer.
    public var pingInterval: Duration = .seconds(20)
    /// How long the peer may stay silent after a ping before the connection ends with code 1011.
    ///
    /// Anything the peer sends counts as life. Time in which the socket is not read does not count.
    public var pongTimeout: Duration = .seconds(40)
    /// How long a peer may leave bytes waiting without taking any before the connection ends with code 1008.
    ///
    /// Bytes count as taken when the kernel has accepted them. Progress is looked for four times in this span.
    public var sendTimeout: Duration = .seconds(30)
    /// How long to wait for the peer's Close frame after ours, and for ours to leave when the peer has failed.
    public var closeTimeout: Duration = .seconds(2)

    /// The defaults.
    public init() {}
}
