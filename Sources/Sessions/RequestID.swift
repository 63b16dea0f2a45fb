/// Names what an engine was asked, within one session.
public struct RequestID: Hashable, Sendable {
    let number: UInt64
}

/// Gives every request a name of its own.
struct RequestIDs {
    private var last: UInt64 = 0

    mutating func next() -> RequestID {
        last += 1
        return RequestID(number: last)
    }
}
