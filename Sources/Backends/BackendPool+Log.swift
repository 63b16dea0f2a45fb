public import Logging

extension BackendPool.Notice {
    /// Tells operators.
    ///
    /// - Parameter names: Of the members.
    public func log(_ names: [String], to logger: Logger) {
        switch self {
        case .out(let index, let isSlow, let pause):
            logger.warning(
                "Backend taken out; it is tried again after a pause",
                metadata: [
                    "steno.backend.name": "\(names[index])",
                    "steno.backend.reason": isSlow ? "slower than its peers" : "too many failures",
                    "steno.backend.pause": "\(pause)",
                ]
            )
        case .back(let index):
            logger.notice("Backend used again", metadata: ["steno.backend.name": "\(names[index])"])
        }
    }
}
