import GRDB

extension CharacterStore {
    /// What an instance knows about its user, at most `CharacterLimits.factsPerInstance` lines.
    public func facts(of instance: String, owner: CharacterOwner) async throws(CharacterError) -> [CharacterFact] {
        try await read { database in
            _ = try Self.instance(instance, owner, in: database)
            return try Self.facts(of: instance, in: database)
        }
    }

    public func fact(
        _ id: String,
        of instance: String,
        owner: CharacterOwner
    ) async throws(CharacterError) -> CharacterFact {
        try await read { database in
            _ = try Self.instance(instance, owner, in: database)
            return try Self.fact(id, of: instance, in: database)
        }
    }

    /// Adds a line that the user wrote; one that is there already is confirmed.
    public func addFact(
        _ text: String,
        to instance: String,
        owner: CharacterOwner
    ) async throws(CharacterError) -> CharacterFact {
        let text = try Self.line(text)
        let now = now
        return try await write { database in
            _ = try Self.instance(instance, owner, in: database)
            let fact = CharacterFact(
                id: RowIdentifier.random("fact"),
                text: text,
                author: .user,
                source: nil,
                confidence: nil,
                created: now,
                used: now
            )
            let id = try Self.store(fact, of: instance, in: database)
            try Self.countMemoryChange(of: instance, in: database)
            return try Self.fact(id, of: instance, in: database)
        }
    }

    public func changeFact(
        _ id: String,
        of instance: String,
        to text: String,
        owner: CharacterOwner
    ) async throws(CharacterError) -> CharacterFact {
        let text = try Self.line(text)
        let now = now
        let fact = try await write { database in
            _ = try Self.instance(instance, owner, in: database)
            do {
                try database.execute(
                    sql: """
                        UPDATE facts SET text = ?, text_key = ?, author = 'user', confidence = NULL, used = ?
                        WHERE instance = ? AND id = ?
                        """,
                    arguments: [text, text.folded, now, instance, id]
                )
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw CharacterError.invalid(param: "text", expected: "a text that no other fact has")
            }
            try Self.countMemoryChange(of: instance, in: database)
            return try Self.fact(id, of: instance, in: database)
        }
        forgetSoon()
        return fact
    }

    public func deleteFact(
        _ id: String,
        of instance: String,
        owner: CharacterOwner
    ) async throws(CharacterError) {
        try await write { database in
            _ = try Self.instance(instance, owner, in: database)
            let sql = "DELETE FROM facts WHERE instance = ? AND id = ?"
            try database.execute(sql: sql, arguments: [instance, id])
            guard database.changesCount > 0 else { throw CharacterError.notFound(.fact) }
            try Self.countMemoryChange(of: instance, in: database)
        }
        try await forgetDeleted()
    }

    /// In the order in which they were learnt.
    static func facts(of instance: String, in database: Database) throws -> [CharacterFact] {
        let sql = "SELECT * FROM facts WHERE instance = ? ORDER BY seq"
        return try Row.fetchAll(database, sql: sql, arguments: [instance]).map(CharacterFact.init(row:))
    }

    private static func fact(_ id: String, of instance: String, in database: Database) throws -> CharacterFact {
        let sql = "SELECT * FROM facts WHERE instance = ? AND id = ?"
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [instance, id]) else {
            throw CharacterError.notFound(.fact)
        }
        return CharacterFact(row: row)
    }

    /// Stores a line, or confirms the one that says the same; the longest unconfirmed ones make room, those of the model
    /// before those of the user.
    ///
    /// - Returns: Its id.
    @discardableResult
    static func store(_ fact: CharacterFact, of instance: String, in database: Database) throws -> String {
        try database.execute(
            sql: """
                INSERT INTO facts (id, instance, text, text_key, author, source, confidence, created, used)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (instance, text_key) DO UPDATE SET used = excluded.used
                """,
            arguments: [
                fact.id, instance, fact.text, fact.text.folded, fact.author.rawValue, fact.source, fact.confidence,
                fact.created, fact.used,
            ]
        )
        let same = "SELECT id FROM facts WHERE instance = ? AND text_key = ?"
        let id = try String.fetchOne(database, sql: same, arguments: [instance, fact.text.folded]) ?? fact.id
        try database.execute(
            sql: """
                DELETE FROM facts WHERE seq IN (
                    SELECT seq FROM facts WHERE instance = ? AND id <> ?
                    ORDER BY author = 'user' DESC, used DESC, seq DESC LIMIT -1 OFFSET ?
                )
                """,
            arguments: [instance, id, CharacterLimits.factsPerInstance - 1]
        )
        return id
    }

    private static func line(_ text: String) throws(CharacterError) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !line.isEmpty, line.utf8.count <= CharacterLimits.fact, !line.hasZero else {
            let expected = "a text of at most \(CharacterLimits.fact) bytes that is not blank, without zero characters"
            throw .invalid(param: "text", expected: expected)
        }
        return line
    }
}

extension CharacterFact {
    init(_ fact: MemoryDigest.Fact, source: String?, now: Int) {
        self.init(
            id: RowIdentifier.random("fact"),
            text: fact.text,
            author: .model,
            source: source,
            confidence: fact.confidence,
            created: now,
            used: now
        )
    }

    init(row: Row) {
        let author: String = row["author"]
        id = row["id"]
        text = row["text"]
        self.author = Author(rawValue: author) ?? .user
        source = row["source"]
        confidence = row["confidence"]
        created = row["created"]
        used = row["used"]
    }
}
