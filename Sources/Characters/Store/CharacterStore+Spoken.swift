import GRDB

extension CharacterStore {
    /// Stores what is said in a session while it goes on, all of it or nothing.
    ///
    /// A message with the session and the item of one that is stored takes its place, as what was heard of an answer is
    /// known only after an interruption. One of which nothing was heard is not stored, and taken away where it was.
    ///
    /// When it returns, the messages survive the end of the process. Nothing is stored for an instance that keeps
    /// messages for 0 days.
    public func keep(
        _ messages: [NewMessage],
        of instance: String,
        owner: CharacterOwner
    ) async throws(CharacterError) {
        let now = now
        let hasDeleted = try await write { [self] database in
            let instance = try Self.instance(instance, owner, in: database)
            guard retention(of: instance) > 0 else { return false }
            var hasDeleted = false
            for message in messages {
                hasDeleted = try Self.keep(message, of: instance.id, now: now, in: database) || hasDeleted
            }
            try Self.dropOldest(of: instance.id, in: database)
            return hasDeleted
        }

        // Nobody has asked for it, and a session does not wait for those who read.
        if hasDeleted { forgetSoon() }
    }

    /// Stores a message; true when one was taken away.
    private static func keep(
        _ message: NewMessage,
        of instance: String,
        now: Int,
        in database: Database
    ) throws -> Bool {
        let place: StatementArguments = [instance, message.session, message.itemID]
        if message.heardText == "" {
            try database.execute(
                sql: "DELETE FROM messages WHERE instance = ? AND session = ? AND item_id = ?",
                arguments: place
            )
            return database.changesCount > 0
        }
        try database.execute(
            sql: """
                UPDATE messages SET text = ?, heard_text = ? WHERE instance = ? AND session = ? AND item_id = ?
                """,
            arguments: [message.text, message.heardText] + place
        )
        guard database.changesCount == 0 else { return false }
        _ = try CharacterMessage(message, created: now).insert(into: instance, in: database)
        return false
    }
}
