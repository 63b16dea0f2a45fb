/// Lets those who ask for the same work while it runs share its next run.
///
/// A run that has begun may have missed what the caller did just before, so that only one that begins later counts.
actor SharedWork {
    private var running: Task<Void, any Error>?
    private var next: Task<Void, any Error>?

    /// Has the work done once, beginning after this call.
    func run(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let task: Task<Void, any Error>
        if let next {
            task = next
        } else {
            let before = running
            task = Task {
                _ = await before?.result
                self.begin()
                try await work()
            }
            next = task
        }

        try await task.value
    }

    private func begin() {
        running = next
        next = nil
    }
}
