/// How far a pull is.
public enum PullEvent: Equatable, Sendable {
    /// Another process fetches the same model.
    case waiting
    /// `offset` bytes are there from before.
    case connecting(host: String, offset: Int)
    /// Bytes that are there, and how many there will be, if the server says so.
    case received(bytes: Int, total: Int?)
    /// The server cannot go on where an earlier answer broke off.
    case startedOver
    case checking
    case unpacking
}
