/// Where characters and what they remember are stored, and for how long.
public struct StorageSettings: Equatable, Sendable {
    /// A path, relative to the folder of state unless it begins with a slash, or `inMemory`.
    public var database = "steno.sqlite"
    /// The folder of state; `nil` for the one of the user who runs the server.
    public var directory: String?
    /// Days that messages are kept; 0 stores none.
    public var retentionDays = 30

    /// Keeps everything in memory, until the server stops.
    public static let inMemory = ":memory:"
}
