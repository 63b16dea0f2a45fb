/// The bytes of an answer, up to a limit.
struct ResponseBody: Equatable {
    let limit: Int
    private(set) var bytes: [UInt8] = []
    private(set) var isOverfull = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes all of `new`, or nothing and returns `false` when it would pass the limit.
    mutating func append(_ new: UnsafeRawBufferPointer) -> Bool {
        guard new.count <= limit - bytes.count else {
            isOverfull = true
            return false
        }
        unsafe bytes.append(contentsOf: new)
        return true
    }
}
