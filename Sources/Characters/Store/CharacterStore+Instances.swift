import GRDB

/// What a client may say of an instance; `nil` leaves a member as it is.
public struct InstanceChange: Equatable, Sendable {
    public var name: String?
    public var pinned: String?
    /// `.some(nil)` takes the value away, also below.
    public var userName: String??
    public var voice: String??
    public var retentionDays: Int??

    public init() {}
}

extension CharacterStore {
    /// Makes an instance of a character that the owner may use.
    public func createInstance(
        of character: String,
        _ wish: InstanceChange,
        owner: CharacterOwner
    ) async throws(CharacterError) -> CharacterInstance {
        let now = now
        return try await write { database in
            try Self.createInstance(of: character, wish, owner, now: now, in: database)
        }
    }

    public func instance(_ id: String, owner: CharacterOwner) async throws(CharacterError) -> CharacterInstance {
        try await read { database in try Self.instance(id, owner, in: database) }
    }

    /// The owner's instances of a character.
    ///
    /// - Parameter name: Only the one of this name, whatever the case of its letters.
    public func instances(
        of character: String,
        named name: String? = nil,
        _ page: PageRequest,
        owner: CharacterOwner
    ) async throws(CharacterError) -> Page<CharacterInstance> {
        var list = RowList(
            source: "* FROM instances",
            table: "instances",
            filter: "character = ? AND owner = ?",
            arguments: [character, owner.id]
        )
        if let name {
            list.filter += " AND name_key = ?"
            list.arguments += [name.folded]
        }

        let wanted = list
        return try await read { database in
            try Self.requireCharacter(character, owner, in: database)
            return try wanted.page(page, in: database, CharacterInstance.init(row:))
        }
    }

    /// - Parameter version: The one that the client has seen; `nil` for whichever there is.
    public func changeInstance(
        _ id: String,
        version: Int?,
        _ change: InstanceChange,
        owner: CharacterOwner
    ) async throws(CharacterError) -> CharacterInstance {
        let now = now
        return try await write { database in
            var instance = try Self.instance(id, owner, in: database)
            if let version, version != instance.version { throw CharacterError.changed }
            try instance.apply(change)
            do {
                try database.execute(
                    sql: """
                        UPDATE instances SET name = ?, name_key = ?, pinned = ?, user_name = ?, voice = ?,
                            retention_days = ?, version = version + 1, updated = ?
                        WHERE id = ? AND owner = ?
                        """,
                    arguments: [
                        instance.name, instance.name.folded, instance.pinned, instance.userName, instance.voice,
                        instance.retentionDays, now, id, owner.id,
                    ]
                )
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw CharacterError.nameTaken(instance.name)
            }
            return try Self.instance(id, owner, in: database)
        }
    }

    /// Deletes an instance with all that it remembers.
    public func deleteInstance(
        _ id: String,
        version: Int? = nil,
        owner: CharacterOwner
    ) async throws(CharacterError) {
        try await write { database in
            let instance = try Self.instance(id, owner, in: database)
            if let version, version != instance.version { throw CharacterError.changed }
            try database.execute(
                sql: "DELETE FROM instances WHERE id = ? AND owner = ?",
                arguments: [id, owner.id]
            )
        }
        try await forgetDeleted()
    }

    static func instance(_ id: String, _ owner: CharacterOwner, in database: Database) throws -> CharacterInstance {
        let sql = "SELECT * FROM instances WHERE id = ? AND owner = ?"
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [id, owner.id]) else {
            throw CharacterError.notFound(.instance)
        }
        return CharacterInstance(row: row)
    }

    static func createInstance(
        of character: String,
        _ wish: InstanceChange,
        _ owner: CharacterOwner,
        now: Int,
        in database: Database
    ) throws -> CharacterInstance {
        try Self.requireCharacter(character, owner, in: database)
        let sql = "SELECT count(*) FROM instances WHERE owner = ?"
        let count = try Int.fetchOne(database, sql: sql, arguments: [owner.id]) ?? 0
        guard count < CharacterLimits.instancesPerOwner else {
            throw CharacterError.tooMany(.instance, limit: CharacterLimits.instancesPerOwner)
        }
        var instance = CharacterInstance(id: RowIdentifier.random("inst"), character: character)
        try instance.apply(wish)
        guard !instance.name.isEmpty else {
            throw CharacterError.invalid(param: "name", expected: "given: a name that no other instance of yours has")
        }
        do {
            try database.execute(
                sql: """
                    INSERT INTO instances (id, character, owner, name, name_key, pinned, user_name, voice, retention_days,
                        created, updated)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    instance.id, character, owner.id, instance.name, instance.name.folded, instance.pinned,
                    instance.userName, instance.voice, instance.retentionDays, now, now,
                ]
            )
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            throw CharacterError.nameTaken(instance.name)
        }
        return try Self.instance(instance.id, owner, in: database)
    }
}

extension CharacterInstance {
    init(id: String, character: String) {
        (self.id, self.character) = (id, character)
        (name, pinned, summary) = ("", "", "")
        (summaryUpTo, memoryVersion, version, created, updated) = (0, 1, 1, 0, 0)
    }

    init(row: Row) {
        id = row["id"]
        character = row["character"]
        name = row["name"]
        pinned = row["pinned"]
        summary = row["summary"]
        summaryUpTo = row["summary_upto"]
        memoryVersion = row["memory_version"]
        userName = row["user_name"]
        voice = row["voice"]
        retentionDays = row["retention_days"]
        version = row["version"]
        created = row["created"]
        updated = row["updated"]
    }

    /// - Throws: `CharacterError.invalid` for the first member that is not allowed.
    mutating func apply(_ change: InstanceChange) throws(CharacterError) {
        func check(_ param: String, _ text: String, atMost limit: Int) throws(CharacterError) -> String {
            guard text.utf8.count <= limit, !text.hasZero else {
                throw .invalid(param: param, expected: "a text of at most \(limit) bytes without zero characters")
            }
            return text
        }

        if let name = change.name {
            guard !name.isBlank else { throw .invalid(param: "name", expected: "a text that is not blank") }
            self.name = try check("name", name, atMost: CharacterLimits.name)
        }

        if let pinned = change.pinned { self.pinned = try check("memory", pinned, atMost: CharacterLimits.pinned) }
        if let userName = change.userName {
            self.userName = try userName.map { name throws(CharacterError) in
                try check("user_name", name, atMost: CharacterLimits.name)
            }
        }

        if let voice = change.voice {
            self.voice = try voice.map { name throws(CharacterError) in
                try check("voice", name, atMost: CharacterLimits.name)
            }
        }

        if let days = change.retentionDays {
            if let days, !(0...CharacterLimits.retentionDays).contains(days) {
                let expected = "a whole number from 0 to \(CharacterLimits.retentionDays), or null"
                throw .invalid(param: "retention_days", expected: expected)
            }
            retentionDays = days
        }
    }
}
