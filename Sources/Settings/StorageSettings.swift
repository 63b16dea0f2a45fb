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

/// Where utterances are kept until they have transcripts, and how much of them.
public struct SpoolSettings: Equatable, Sendable {
    /// A folder; `nil` keeps nothing.
    public var directory: String?
    /// Bytes of audio.
    public var maximumBytes = 1 << 30
    /// How long an utterance waits, and how long a transcript is kept.
    public var maximumAge = Duration.seconds(86_400)
    /// How long no engine can serve before utterances wait on disk.
    public var patience = Duration.seconds(2)
}
