import Audio
import FoundationEssentials
import GRDB
import Glibc
import Storage
import Synchronization
import Transcription
import Waiting

/// Utterances on disk, with their audio until they have a transcript.
///
/// It is a database of SQLite with a log of writes (WAL). What a method has written is with the system when the method
/// returns, so it survives the end of this process at any moment. It is not waited for until the disk has it: a loss of
/// power may cost the last seconds, and no more, as the log is read back up to its last whole write.
///
/// A database rather than a file of our own to append to: outcomes come in any order, sessions are asked for by name, and
/// space is to be used again.
public final class SpoolStore: Sendable {
    private static let file = PrivateDatabase(
        label: "steno.spool",
        readers: 2,
        durability: .normal,
        returnsSpace: true
    )

    private let database: DatabasePool
    /// Held while this process has the folder.
    private let lock: CInt
    private let bytes = Mutex(0)
    /// What an earlier process has left open, in the order of recording.
    let left: [ReplayQueue.Entry]

    /// Opens the spool in a folder, which is made where it is missing.
    ///
    /// - Throws: `SpoolError`.
    public init(folder: String) throws(SpoolError) {
        do {
            try PrivateFile.makeFolder(at: folder)
            lock = try Self.lock(folder)
        } catch {
            throw SpoolError(storing: error)
        }

        do {
            database = try Self.file.open(folder + "/spool.sqlite")
            try SpoolSchema.migrator.migrate(database)
            left = try database.write { try Self.takeOver($0) }
            let size = try database.read { try Int.fetchOne($0, sql: "SELECT sum(size) FROM utterances") }
            bytes.withLock { $0 = size ?? 0 }
        } catch {
            Glibc.close(lock)
            throw SpoolError(storing: error)
        }
    }

    deinit { Glibc.close(lock) }

    public func close() { try? database.close() }

    /// Bytes of audio that are kept.
    public var size: Int { bytes.withLock(\.self) }

    /// Keeps an utterance.
    ///
    /// - Parameter now: Milliseconds since 1970.
    /// - Returns: Its number, which is higher than those of all before it.
    func add(
        _ utterance: KeptUtterance,
        of session: String,
        owner: String?,
        at now: Int
    ) async throws(SpoolError) -> Int64 {
        let number = try await write { database in
            let request = utterance.request
            try database.execute(
                sql: """
                    INSERT INTO utterances (item, session, owner, first, last, left_context, recorded, model, language,
                        prompt, wants_word_times, peak, voiced, audio, size)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    utterance.item, session, owner, utterance.range.lowerBound, utterance.range.upperBound,
                    utterance.leftContext, now, request.model, request.language, request.prompt,
                    request.wantsWordTimes, request.voice.map { Double($0.peak) }, request.voice?.voiced,
                    Data(PCM16.bytes(request.samples)), utterance.size,
                ]
            )
            return database.lastInsertedRowID
        }
        bytes.withLock { $0 += utterance.size }
        return number
    }

    /// Writes down what became of an utterance, and lets its audio go; also once more, when the session has decided on the
    /// words at its ends.
    func settle(_ item: String, _ outcome: KeptTranscript.Outcome) async throws(SpoolError) {
        let columns: (status: String, text: String?, language: String?, engine: String?, code: String?)
        switch outcome {
        case .waiting: return
        case .transcribed(let text, let language, let engine): columns = ("transcribed", text, language, engine, nil)
        case .failed(let code, let message): columns = ("failed", message, nil, nil, code)
        }
        let freed = try await write { database in
            let size = try Int.fetchOne(database, sql: "SELECT size FROM utterances WHERE item = ?", arguments: [item])
            try database.execute(
                sql: """
                    UPDATE utterances SET status = ?, text = ?, language = ?, engine = ?, code = ?, audio = NULL, size = 0,
                        prompt = NULL
                    WHERE item = ?
                    """,
                arguments: [columns.status, columns.text, columns.language, columns.engine, columns.code, item]
            )
            return size ?? 0
        }
        bytes.withLock { $0 -= freed }
    }

    /// An utterance that has no transcript, with its audio; `nil` where there is none.
    func utterance(_ item: String) async throws(SpoolError) -> KeptUtterance? {
        try await read { database in
            let sql = "SELECT * FROM utterances WHERE item = ? AND status = 'open'"
            return try Row.fetchOne(database, sql: sql, arguments: [item]).map { KeptUtterance($0) }
        }
    }

    /// What has become of a session's utterances; `nil` where nothing of such a session is kept for this owner.
    ///
    /// - Parameters:
    ///   - after: An item, behind which the page begins; from the start where there is none of this name.
    ///   - limit: How many there are on the page, at most.
    func transcripts(
        of session: String,
        owner: String?,
        after: String?,
        limit: Int
    ) async throws(SpoolError) -> KeptTranscripts? {
        try await read { database in
            let isOwned = "session = ? AND owner IS ?"
            let all = "SELECT count(*), coalesce(sum(status = 'open'), 0) FROM utterances WHERE \(isOwned)"
            guard let counts = try Row.fetchOne(database, sql: all, arguments: [session, owner]), counts[0] > 0 else {
                return nil
            }
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT item, first, last, status, text, language, engine, code FROM utterances
                    WHERE \(isOwned) AND seq > coalesce((SELECT seq FROM utterances WHERE item = ? AND \(isOwned)), 0)
                    ORDER BY seq LIMIT ?
                    """,
                arguments: [session, owner, after, session, owner, limit + 1]
            )
            let list = rows.prefix(limit).map { KeptTranscript($0) }
            return KeptTranscripts(list: list, hasMore: rows.count > limit, waiting: counts[1])
        }
    }

    /// Forgets a session, whose client has everything.
    func forget(session: String) async throws(SpoolError) {
        try await delete(where: "session = ?", [session])
    }

    /// Forgets what was kept before a time, in milliseconds since 1970, and has been settled.
    func forget(before time: Int) async throws(SpoolError) {
        try await delete(where: "recorded < ? AND status <> 'open'", [time])
    }

    /// Forgets the oldest transcripts beyond so many.
    func forgetTranscripts(beyond count: Int) async throws(SpoolError) {
        let last = "SELECT seq FROM utterances WHERE status <> 'open' ORDER BY seq DESC LIMIT 1 OFFSET ?"
        try await delete(where: "status <> 'open' AND seq <= (\(last))", [count])
    }

    private func delete(where condition: String, _ arguments: StatementArguments) async throws(SpoolError) {
        let freed = try await write { database in
            let sum = "SELECT sum(size) FROM utterances WHERE \(condition)"
            let size = try Int.fetchOne(database, sql: sum, arguments: arguments)
            try database.execute(sql: "DELETE FROM utterances WHERE \(condition)", arguments: arguments)
            try database.execute(sql: "PRAGMA incremental_vacuum")
            return size ?? 0
        }
        bytes.withLock { $0 -= freed }
    }

    private func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(SpoolError) -> Value {
        do { return try await database.read(work) } catch { throw SpoolError(storing: error) }
    }

    /// A write is not broken off where the task is cancelled: what it keeps is of use all the same.
    private func write<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(SpoolError) -> Value {
        let outcome = Promise<Result<Value, any Error>>()
        database.asyncWrite(work) { _, result in outcome.fulfill(result) }
        do { return try await outcome.value().get() } catch { throw SpoolError(storing: error) }
    }
}

extension SpoolStore {
    /// Counts that a process has found open utterances, and lists them.
    ///
    /// One that was open at the start of three processes is given up, as it may be what ended them.
    private static func takeOver(_ database: Database) throws -> [ReplayQueue.Entry] {
        let error = TranscriptionError.engineFailed
        try database.execute(
            sql: """
                UPDATE utterances SET status = 'failed', code = ?, text = ?, audio = NULL, size = 0
                WHERE status = 'open' AND starts >= 3
                """,
            arguments: [error.code, error.description]
        )
        try database.execute(sql: "UPDATE utterances SET starts = starts + 1 WHERE status = 'open'")
        let sql = "SELECT item, session, seq, recorded FROM utterances WHERE status = 'open' ORDER BY seq"
        return try Row.fetchAll(database, sql: sql).map { row in
            let (item, session): (String, String) = (row["item"], row["session"])
            return ReplayQueue.Entry(item: item, session: session, number: row["seq"], recorded: row["recorded"])
        }
    }

    /// - Returns: What holds the folder for this process until it is closed.
    private static func lock(_ folder: String) throws -> CInt {
        let path = folder + "/lock"
        let file = try PrivateFile.open(path)
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return file }
        let code = errno
        Glibc.close(file)
        if code == EWOULDBLOCK { throw SpoolError.inUse(folder: folder) }
        throw FileFault(code: code, path: path)
    }
}

extension KeptUtterance {
    fileprivate init(_ row: Row) {
        let data: Data = row["audio"] ?? Data()
        var request = TranscriptionRequest(samples: PCM16.samples([UInt8](data)))
        request.model = row["model"]
        request.language = row["language"]
        request.prompt = row["prompt"]
        request.wantsWordTimes = row["wants_word_times"]
        if let peak: Double = row["peak"], let voiced: Int = row["voiced"] {
            request.voice = VoiceEvidence(peak: Float(peak), voiced: voiced)
        }
        let (first, last): (SamplePosition, SamplePosition) = (row["first"], row["last"])
        self.init(item: row["item"], range: first..<last, leftContext: row["left_context"], request: request)
        self.request.context = request.samples.count - range.count
    }
}

extension KeptTranscript {
    fileprivate init(_ row: Row) {
        let (first, last): (SamplePosition, SamplePosition) = (row["first"], row["last"])
        let text: String = row["text"] ?? ""
        switch row["status"] as String {
        case "transcribed": outcome = .transcribed(text, language: row["language"], engine: row["engine"])
        case "failed": outcome = .failed(code: row["code"] ?? "", message: text)
        default: outcome = .waiting
        }
        (item, range) = (row["item"], first..<last)
    }
}
