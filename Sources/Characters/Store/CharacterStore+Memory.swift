import GRDB

/// What a language model has made of a talk.
public struct MemoryDigest: Equatable, Sendable {
    public struct Fact: Equatable, Sendable {
        public var text: String
        /// 0 to 1, where the model said how sure it is.
        public var confidence: Double?
    }

    /// Of all that was said so far; `nil` leaves the earlier one.
    public var summary: String?
    public var facts: [Fact]
}

extension CharacterStore {
    /// Changes what the user may: the pinned text, and the summary.
    ///
    /// - Parameters:
    ///   - tag: Version and memory version that the client has seen; `nil` for whichever there are.
    public func changeMemory(
        of instance: String,
        seen tag: (version: Int, memory: Int)?,
        pinned: String?,
        summary: String?,
        owner: CharacterOwner
    ) async throws(CharacterError) -> CharacterInstance {
        let now = now
        let changed = try await write { database in
            var record = try Self.instance(instance, owner, in: database)
            if let tag, tag != (record.version, record.memoryVersion) { throw CharacterError.changed }
            var change = InstanceChange()
            change.pinned = pinned
            try record.apply(change)
            if let summary {
                guard summary.utf8.count <= CharacterLimits.summary else {
                    let expected = "a text of at most \(CharacterLimits.summary) bytes"
                    throw CharacterError.invalid(param: "summary", expected: expected)
                }
                record.summary = summary
            }
            try database.execute(
                sql: """
                    UPDATE instances SET pinned = ?, summary = ?, version = version + 1,
                        memory_version = memory_version + 1, updated = ?
                    WHERE id = ? AND owner = ?
                    """,
                arguments: [record.pinned, record.summary, now, instance, owner.id]
            )
            return try Self.instance(instance, owner, in: database)
        }
        forgetSoon()
        return changed
    }

    /// Forgets the pinned text, the summary and all facts; the messages stay.
    public func deleteMemory(of instance: String, owner: CharacterOwner) async throws(CharacterError) {
        let now = now
        try await write { database in
            _ = try Self.instance(instance, owner, in: database)
            // What was summarised is not told again: it was to be forgotten.
            try database.execute(
                sql: """
                    UPDATE instances SET pinned = '', summary = '', version = version + 1,
                        memory_version = memory_version + 1, updated = ?
                    WHERE id = ? AND owner = ?
                    """,
                arguments: [now, instance, owner.id]
            )
            try database.execute(sql: "DELETE FROM facts WHERE instance = ?", arguments: [instance])
        }
        try await forgetDeleted()
    }

    /// Stores what a language model has made of the messages up to one of them.
    ///
    /// - Parameter seen: The memory version from which it was made.
    /// - Returns: `false` when the memory has changed since, and then nothing is stored.
    func store(
        _ digest: MemoryDigest,
        of instance: String,
        seen: Int,
        upTo sequence: Int,
        source: String?
    ) async throws(CharacterError) -> Bool {
        let now = now
        return try await write { database in
            try database.execute(
                sql: """
                    UPDATE instances SET summary = coalesce(?, summary), summary_upto = ?,
                        memory_version = memory_version + 1
                    WHERE id = ? AND memory_version = ?
                    """,
                arguments: [digest.summary, sequence, instance, seen]
            )
            guard database.changesCount == 1 else { return false }
            for fact in digest.facts {
                try Self.store(
                    CharacterFact(fact, source: source, now: now),
                    of: instance,
                    in: database
                )
            }
            return true
        }
    }

    static func countMemoryChange(of instance: String, in database: Database) throws {
        let sql = "UPDATE instances SET memory_version = memory_version + 1 WHERE id = ?"
        try database.execute(sql: sql, arguments: [instance])
    }
}
