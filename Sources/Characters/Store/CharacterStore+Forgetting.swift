import GRDB
import Synchronization

/// What has been deleted, and is to be gone from the files too.
extension CharacterStore {
    private static let pause = Duration.milliseconds(20)

    /// Takes what has been deleted out of the file and out of the log of writes.
    ///
    /// - Throws: When somebody reads from the log for too long, or the disk fails. It is then tried again in the background.
    func forgetDeleted() async throws(CharacterError) {
        do {
            try await overwriteDeleted()
        } catch {
            forgetLater()
            throw CharacterError(storing: error)
        }
    }

    /// Does the same in the background.
    func forgetSoon() {
        // What fails is tried again.
        Task { try? await forgetDeleted() }
    }

    /// Tries again until it succeeds or the database is closed.
    private func forgetLater() {
        guard !isOverwritingLater.exchange(true, ordering: .relaxed) else { return }
        Task { [weak self, patience] in
            while true {
                try? await Task.sleep(for: patience)
                guard let self, !isClosed.load(ordering: .relaxed) else { return }
                guard (try? await overwriteDeleted()) != nil else { continue }
                isOverwritingLater.store(false, ordering: .relaxed)
                return
            }
        }
    }

    /// Shares the work with others who ask for it meanwhile.
    private func overwriteDeleted() async throws {
        try await overwriting.run { [database, patience] in
            try await Self.overwriteDeleted(in: database, patience)
        }
    }

    private static func overwriteDeleted(in database: any DatabaseWriter, _ patience: Duration) async throws {
        // In memory SQLite has overwritten it, and there is no file.
        guard database is DatabasePool else { return }
        let end = ContinuousClock.now + patience
        while try await !database.writeWithoutTransaction(attempt) {
            guard ContinuousClock.now < end else { throw CharacterError.deletionPending }
            try await Task.sleep(for: pause)
        }
    }

    /// Tries it once, without keeping others from writing for long.
    ///
    /// - Returns: Whether it is done; `false` when somebody reads from the log.
    private static func attempt(_ database: Database) throws -> Bool {
        let wait = try Int.fetchOne(database, sql: "PRAGMA busy_timeout") ?? 0
        try database.execute(sql: "PRAGMA busy_timeout = 20")
        defer { try? database.execute(sql: "PRAGMA busy_timeout = \(wait)") }
        do {
            try database.checkpoint(.truncate)
            database.releaseMemory()
            var isDone = false
            try database.inTransaction(.immediate) {
                isDone = try UnusedSpace.overwrite(database)
                return .commit
            }
            return isDone
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return false
        }
    }
}
