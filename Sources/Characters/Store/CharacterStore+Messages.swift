import GRDB

extension CharacterStore {
    /// Days that the messages of an instance are kept: its own wish, within what the server allows.
    public func retention(of instance: CharacterInstance) -> Int {
        min(instance.retentionDays ?? retentionDays, retentionDays)
    }

    /// Stores what has been said, all of it or nothing.
    ///
    /// When it returns, the messages survive the end of the process. Nothing is stored for an instance that keeps
    /// messages for 0 days; the messages that are returned have names all the same.
    @discardableResult
    public func append(
        _ messages: [NewMessage],
        to instance: String,
        owner: CharacterOwner
    ) async throws(CharacterError) -> [CharacterMessage] {
        let now = now
        return try await write { [self] database in
            let instance = try Self.instance(instance, owner, in: database)
            let keeps = retention(of: instance) > 0
            let stored = try messages.map { message in
                var record = CharacterMessage(message, created: now)
                if keeps { record.sequence = try record.insert(into: instance.id, in: database) }
                return record
            }
            if keeps { try Self.dropOldest(of: instance.id, in: database) }
            return stored
        }
    }

    public func messages(
        of instance: String,
        _ page: PageRequest,
        owner: CharacterOwner
    ) async throws(CharacterError) -> Page<CharacterMessage> {
        let list = RowList(
            source: "* FROM messages",
            table: "messages",
            filter: "instance = ?",
            arguments: [instance]
        )
        return try await read { database in
            _ = try Self.instance(instance, owner, in: database)
            return try list.page(page, in: database, CharacterMessage.init(row:))
        }
    }

    /// Forgets what was said; the summary that has been made of it and the facts stay.
    ///
    /// - Parameter id: Only this message; `nil` for all.
    public func deleteMessages(
        _ id: String? = nil,
        of instance: String,
        owner: CharacterOwner
    ) async throws(CharacterError) {
        try await write { database in
            _ = try Self.instance(instance, owner, in: database)
            if let id {
                let sql = "DELETE FROM messages WHERE instance = ? AND id = ?"
                try database.execute(sql: sql, arguments: [instance, id])
                guard database.changesCount > 0 else { throw CharacterError.notFound(.message) }
            } else {
                try database.execute(sql: "DELETE FROM messages WHERE instance = ?", arguments: [instance])
            }
            // A summary that is being made of these words must not be stored.
            try Self.countMemoryChange(of: instance, in: database)
        }
        try await forgetDeleted()
    }

    /// Deletes messages that are older than they may be.
    ///
    /// - Returns: How many.
    @discardableResult
    public func deleteExpiredMessages() async throws(CharacterError) -> Int {
        let (now, limit) = (now, retentionDays)
        let count = try await write { database in
            try database.execute(
                sql: """
                    DELETE FROM messages WHERE created < ? - 86400000 * (
                        SELECT min(coalesce(retention_days, ?), ?) FROM instances WHERE id = messages.instance
                    )
                    """,
                arguments: [now, limit, limit]
            )
            return database.changesCount
        }
        // Also what a change has replaced, and what the end of the process left.
        try await forgetDeleted()
        return count
    }

    /// Messages of the latest turn, which are told in part where they do not fit whole.
    private static let latestTurn = 2

    /// The newest messages that the summary does not cover, in their order, within the bounds of a prompt.
    static func history(of instance: CharacterInstance, in database: Database) throws -> [CharacterMessage] {
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT * FROM messages WHERE instance = ? AND seq > ? ORDER BY seq DESC LIMIT ?",
            arguments: [instance.id, instance.summaryUpTo, CharacterLimits.historyMessages]
        )
        var messages: [CharacterMessage] = []
        var room = CharacterLimits.historyBytes
        while let row = try rows.next() {
            var message = CharacterMessage(row: row)
            // Of a message that has no room alone, the beginning is told, so that the model knows what was talked about.
            if message.known.utf8.count > room {
                guard messages.count < Self.latestTurn else { break }
                message.heardText = message.known.prefix(utf8Count: room / Self.latestTurn)
            }
            room -= message.known.utf8.count
            messages.append(message)
        }

        return messages.reversed()
    }

    /// Lets the oldest messages go where there are more than an instance may have.
    static func dropOldest(of instance: String, in database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM messages WHERE instance = ? AND seq <= (
                    SELECT seq FROM messages WHERE instance = ? ORDER BY seq DESC LIMIT 1 OFFSET ?
                )
                """,
            arguments: [instance, instance, CharacterLimits.messagesPerInstance]
        )
    }
}

extension CharacterMessage {
    init(_ message: NewMessage, created: Int) {
        id = RowIdentifier.random("msg")
        sequence = 0
        role = message.role
        text = message.text
        heardText = message.heardText
        itemID = message.itemID
        session = message.session
        tool = message.tool
        self.created = created
    }

    init(row: Row) {
        let role: String = row["role"]
        id = row["id"]
        sequence = row["seq"]
        self.role = Role(rawValue: role) ?? .user
        text = row["text"]
        heardText = row["heard_text"]
        itemID = row["item_id"]
        session = row["session"]
        tool = row["tool"]
        created = row["created"]
    }

    /// Stores it; returns its place.
    func insert(into instance: String, in database: Database) throws -> Int {
        try database.execute(
            sql: """
                INSERT INTO messages (id, instance, item_id, role, text, heard_text, created, session, tool)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [id, instance, itemID, role.rawValue, text, heardText, created, session, tool]
        )
        return Int(database.lastInsertedRowID)
    }
}
