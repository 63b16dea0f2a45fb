/// The bytes of an answer, up to a limit.
struct ResponseBody: Equatable {
    let limit: Int
    private(set) var bytes: [UInt8] = []
    /// Of `bytes`, or of those that went elsewhere.
    private(set) var length = 0
    private(set) var isOverfull = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes all of `new`, or nothing and returns `false` when it would pass the limit.
    mutating func append(_ new: UnsafeRawBufferPointer) -> Bool {
        guard hasRoom(for: new.count) else { return false }
        unsafe bytes.append(contentsOf: new)
        count(new.count)
        return true
    }

    /// Whether so many more bytes are within the limit; if not, the body is overfull.
    mutating func hasRoom(for new: Int) -> Bool {
        let hasRoom = new <= limit - length
        if !hasRoom { isOverfull = true }
        return hasRoom
    }

    /// Counts bytes that somebody else has taken.
    mutating func count(_ new: Int) { length += new }
}
