import Sessions

/// Who sent a request, as far as its key tells.
struct Client: Equatable, Sendable {
    /// The name of the key, or of the key that made the client secret; `nil` on an open server.
    var name: String?
    /// What sessions start with, when the request came with a client secret.
    var sessionUpdate: SessionUpdate?
}
