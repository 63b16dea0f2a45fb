public import FoundationEssentials
import GRDB
import Glibc
import Storage
import Synchronization

/// Characters, their instances and what these remember, in a database of SQLite.
///
/// One connection writes, others read. Everything belongs to an owner, and every query asks for the owner's rows. What a
/// method has stored is in the file when the method returns, and survives the end of the process.
public final class CharacterStore: Sendable {
    public enum Location: Equatable, Sendable {
        /// Gone when the process ends.
        case memory
        /// The path of a file, whose folder is made where it is missing.
        case file(String)
    }

    /// Days that messages are kept, at most; 0 stores none.
    public let retentionDays: Int
    let database: any DatabaseWriter
    private let clock: @Sendable () -> Date
    /// How long a deletion waits for those who read.
    let patience: Duration
    let overwriting = SharedWork()
    let isOverwritingLater = Atomic(false)
    let isClosed = Atomic(false)

    /// Opens the database, and brings its tables up to date.
    ///
    /// - Parameters:
    ///   - patience: How long a deletion waits for those who read.
    ///   - clock: What time it is.
    /// - Throws: `CharacterError.storage` when the file cannot be used.
    public init(
        _ location: Location,
        retentionDays: Int = 30,
        patience: Duration = .seconds(5),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(CharacterError) {
        self.retentionDays = retentionDays
        self.patience = patience
        self.clock = clock
        do {
            database = try Self.open(location)
            try Schema.migrator.migrate(database)
            try database.write { database in try Self.storePresets(in: database, now: Self.milliseconds(clock())) }
        } catch {
            throw CharacterError(storing: error)
        }
    }

    /// Closes the file, with all that waits in the log of writes.
    public func close() {
        isClosed.store(true, ordering: .relaxed)
        try? database.close()
    }

    /// Milliseconds since 1970.
    var now: Int { Self.milliseconds(clock()) }

    private static func milliseconds(_ date: Date) -> Int { Int(date.timeIntervalSince1970 * 1_000) }

    private static func open(_ location: Location) throws -> any DatabaseWriter {
        // A turn that a client was told survives a loss of power too.
        let database = PrivateDatabase(label: "steno.characters", readers: 4, durability: .full)
        switch location {
        case .memory: return try database.openInMemory()
        case .file(let path): return try database.open(path)
        }
    }

    /// Reads, from the state that the last write has left.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(CharacterError) -> Value {
        do { return try await database.read(work) } catch { throw CharacterError(storing: error) }
    }

    /// Writes all of `work` or nothing.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(CharacterError) -> Value {
        do { return try await database.write(work) } catch { throw CharacterError(storing: error) }
    }
}

extension CharacterError {
    /// What a failure of the database library means; the library's own text holds no values of a query.
    init(storing error: any Error) {
        switch error {
        case let error as CharacterError: self = error
        case is CancellationError: self = .cancelled
        case let error as FileFault:
            self = .storage(detail: "\(error)", isBroken: [ENOSPC, EDQUOT, EIO].contains(error.code))
        case let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT: self = .cancelled
        case let error as DatabaseError:
            let broken: [ResultCode] = [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB]
            let detail = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "")"
            self = .storage(detail: detail, isBroken: broken.contains(error.resultCode))
        default: self = .storage(detail: "\(error)")
        }
    }
}

extension String {
    /// The name under which a name is looked for: whatever the case of its letters.
    var folded: String { lowercased() }
}
