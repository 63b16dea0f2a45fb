import GRDB
import JSON

extension CharacterStore {
    /// Stores a character of the owner's.
    public func createCharacter(
        _ card: CharacterCard,
        voice: String?,
        owner: CharacterOwner
    ) async throws(CharacterError) -> CharacterRecord {
        let now = now
        return try await write { database in
            let count = try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM characters WHERE owner = ?",
                arguments: [owner.id]
            )
            guard count ?? 0 < CharacterLimits.charactersPerOwner else {
                throw CharacterError.tooMany(.character, limit: CharacterLimits.charactersPerOwner)
            }
            let id = RowIdentifier.random("char")
            try database.execute(
                sql: """
                    INSERT INTO characters (id, owner, name, name_key, card, digest, voice, created, updated)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id, owner.id, card.name, card.name.folded, String(decoding: card.stored, as: UTF8.self),
                    card.digest, voice, now, now,
                ]
            )
            return try Self.character(id, owner, in: database)
        }
    }

    /// One of the owner's characters, or of those that come with the server.
    public func character(_ id: String, owner: CharacterOwner) async throws(CharacterError) -> CharacterRecord {
        try await read { database in try Self.character(id, owner, in: database) }
    }

    /// Those of the owner, after those that come with the server; no card is read for them.
    ///
    /// - Parameter name: Only those of this name, whatever the case of its letters.
    public func characters(
        named name: String? = nil,
        _ page: PageRequest,
        owner: CharacterOwner
    ) async throws(CharacterError) -> Page<CharacterSummary> {
        var list = RowList(
            source: "id, owner, name, digest, voice, created, updated FROM characters",
            table: "characters",
            filter: "(owner = ? OR owner IS NULL)",
            arguments: [owner.id]
        )
        if let name {
            list.filter += " AND name_key = ?"
            list.arguments += [name.folded]
        }

        let wanted = list
        return try await read { database in try wanted.page(page, in: database, CharacterSummary.init(row:)) }
    }

    /// Changes a character of the owner's.
    ///
    /// - Parameters:
    ///   - version: The one that the client has seen; `nil` for whichever there is.
    ///   - change: Makes the new card and voice from what there is.
    public func changeCharacter(
        _ id: String,
        version: Int?,
        owner: CharacterOwner,
        _ change: @escaping @Sendable (inout CharacterCard, inout String?) throws(CardError) -> Void
    ) async throws(CharacterError) -> CharacterRecord {
        let now = now
        return try await write { database in
            let record = try Self.ownCharacter(id, version: version, owner: owner, in: database)
            var (card, voice) = (record.card, record.voice)
            do throws(CardError) { try change(&card, &voice) } catch { throw CharacterError.card(error) }
            try database.execute(
                sql: """
                    UPDATE characters SET name = ?, name_key = ?, card = ?, digest = ?, voice = ?,
                        version = version + 1, updated = ?
                    WHERE id = ? AND owner = ?
                    """,
                arguments: [
                    card.name, card.name.folded, String(decoding: card.stored, as: UTF8.self), card.digest, voice, now,
                    id, owner.id,
                ]
            )
            return try Self.character(id, owner, in: database)
        }
    }

    /// Deletes a character of the owner's with all that its instances remember.
    ///
    /// - Parameter force: Whether instances may go with it.
    public func deleteCharacter(
        _ id: String,
        version: Int? = nil,
        force: Bool,
        owner: CharacterOwner
    ) async throws(CharacterError) {
        try await write { database in
            _ = try Self.ownCharacter(id, version: version, owner: owner, in: database)
            let sql = "SELECT count(*) FROM instances WHERE character = ?"
            let count = try Int.fetchOne(database, sql: sql, arguments: [id]) ?? 0
            guard force || count == 0 else { throw CharacterError.hasInstances(count: count) }
            try database.execute(
                sql: "DELETE FROM characters WHERE id = ? AND owner = ?",
                arguments: [id, owner.id]
            )
        }
        try await forgetDeleted()
    }

    static func character(_ id: String, _ owner: CharacterOwner, in database: Database) throws -> CharacterRecord {
        let sql = "SELECT * FROM characters WHERE id = ? AND (owner = ? OR owner IS NULL)"
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [id, owner.id]) else {
            throw CharacterError.notFound(.character)
        }
        return try CharacterRecord(row: row)
    }

    /// - Throws: `CharacterError.notFound` where there is none that the owner may use.
    static func requireCharacter(_ id: String, _ owner: CharacterOwner, in database: Database) throws {
        let sql = "SELECT 1 FROM characters WHERE id = ? AND (owner = ? OR owner IS NULL)"
        guard try Int.fetchOne(database, sql: sql, arguments: [id, owner.id]) != nil else {
            throw CharacterError.notFound(.character)
        }
    }

    private static func ownCharacter(
        _ id: String,
        version: Int?,
        owner: CharacterOwner,
        in database: Database
    ) throws -> CharacterRecord {
        let record = try character(id, owner, in: database)
        guard !record.isReadOnly else { throw CharacterError.readOnly }
        if let version, version != record.version { throw CharacterError.changed }
        return record
    }
}

extension CharacterSummary {
    init(row: Row) throws {
        let digest: String = row["digest"]
        let owner: String? = row["owner"]
        id = row["id"]
        name = row["name"]
        shown = (try? JSONValue(parsing: Array(digest.utf8).span))?.members ?? [:]
        voice = row["voice"]
        isReadOnly = owner == nil
        created = row["created"]
        updated = row["updated"]
    }
}

extension CharacterRecord {
    init(row: Row) throws {
        let card: String = row["card"]
        let owner: String? = row["owner"]
        do { self.card = try CharacterCard(parsing: Array(card.utf8)) } catch {
            throw CharacterError.storage(detail: "the card of a stored character is not one")
        }
        id = row["id"]
        voice = row["voice"]
        isReadOnly = owner == nil
        version = row["version"]
        created = row["created"]
        updated = row["updated"]
    }
}
