/// How lines of the log are written.
public enum LogFormat: String, CaseIterable, Sendable {
    /// For people: the time, the level, and what belongs to it.
    case text
    /// For programs: a JSON object a line.
    case json
}

/// The certificate by which the server speaks TLS.
public struct TLSSettings: Equatable, Sendable {
    /// A file in PEM; without it and the key the server speaks HTTP.
    public var certificate: String?
    public var key: String?
}

/// Where operators ask, if not where everybody does.
public struct AdminSettings: Equatable, Sendable {
    /// 0 for a free one; `nil` for the port of everything else.
    public var port: Int?
    public var host = "127.0.0.1"
}
