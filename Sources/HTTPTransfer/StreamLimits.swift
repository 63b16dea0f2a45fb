/// What a streamed answer may take, besides what its request says.
public struct StreamLimits: Equatable, Sendable {
    /// From the first attempt to connect to the first byte of the body: a head alone is no sign of an answer.
    public var firstByte: Duration
    /// Between two pieces of the body, while the caller leaves room for them.
    public var idle: Duration
    /// Bytes that wait for the caller before the server is slowed down; up to 16 KiB more may come.
    public var buffer: Int

    public init(firstByte: Duration = .seconds(15), idle: Duration = .seconds(10), buffer: Int = 64 << 10) {
        self.firstByte = firstByte
        self.idle = idle
        self.buffer = buffer
    }
}
