/// What an engine can do; it may change while the engine runs, as when a backend turns out to leave words' times out.
public struct EngineCapabilities: Equatable, Sendable {
    /// Whether transcripts come with the times of words.
    public var hasWordTimes: Bool
    /// Whether an utterance may be asked about before it has certainly ended.
    ///
    /// Not where a request costs money, or another server's time.
    public var canSpeculate: Bool
    /// Whether it is fast enough to be asked again and again about an utterance that is being said.
    public var canRepeat: Bool

    public init(hasWordTimes: Bool = false, canSpeculate: Bool = false, canRepeat: Bool = false) {
        self.hasWordTimes = hasWordTimes
        self.canSpeculate = canSpeculate
        self.canRepeat = canRepeat
    }
}
