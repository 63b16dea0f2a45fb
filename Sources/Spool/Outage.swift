/// Whether no backend has been well for so long that utterances should not wait for one in memory.
struct Outage {
    private let patience: Duration
    private var since: Duration?
    private(set) var isOn = false

    init(patience: Duration) { self.patience = patience }

    /// - Returns: Whether an outage has just begun.
    mutating func observe(isWell: Bool, at now: Duration) -> Bool {
        guard !isWell else {
            (since, isOn) = (nil, false)
            return false
        }
        let start = since ?? now
        since = start
        guard !isOn, now - start >= patience else { return false }
        isOn = true
        return true
    }
}
