import GRDB

/// The tables, and how those of earlier versions become them.
///
/// A migration that has been released is never changed; a new one follows it.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("characters") { database in try database.execute(sql: first) }
        migrator.registerMigration("summaries") { database in
            try database.execute(sql: "ALTER TABLE characters ADD COLUMN digest TEXT NOT NULL DEFAULT '{}'")
            for seq in try Int.fetchAll(database, sql: "SELECT seq FROM characters") {
                let sql = "SELECT card FROM characters WHERE seq = ?"
                let text = try String.fetchOne(database, sql: sql, arguments: [seq]) ?? ""
                guard let card = try? CharacterCard(parsing: Array(text.utf8)) else { continue }
                let change = "UPDATE characters SET digest = ? WHERE seq = ?"
                try database.execute(sql: change, arguments: [card.digest, seq])
            }
        }
        return migrator
    }

    /// Times are milliseconds since 1970.
    ///
    /// A character without an owner comes with the server.
    private static let first = """
        CREATE TABLE characters (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            owner TEXT,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL,
            card TEXT NOT NULL,
            voice TEXT,
            version INTEGER NOT NULL DEFAULT 1,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL
        );
        CREATE INDEX characters_by_owner ON characters (owner, seq);
        CREATE TABLE instances (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            character TEXT NOT NULL REFERENCES characters (id) ON DELETE CASCADE,
            owner TEXT NOT NULL,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL,
            pinned TEXT NOT NULL DEFAULT '',
            summary TEXT NOT NULL DEFAULT '',
            summary_upto INTEGER NOT NULL DEFAULT 0,
            memory_version INTEGER NOT NULL DEFAULT 1,
            user_name TEXT,
            voice TEXT,
            retention_days INTEGER,
            version INTEGER NOT NULL DEFAULT 1,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            UNIQUE (owner, name_key)
        );
        CREATE INDEX instances_by_character ON instances (character, owner, seq);
        CREATE TABLE messages (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            instance TEXT NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
            item_id TEXT,
            role TEXT NOT NULL,
            text TEXT NOT NULL,
            heard_text TEXT,
            created INTEGER NOT NULL,
            session TEXT,
            tool TEXT
        );
        CREATE INDEX messages_by_instance ON messages (instance, seq);
        CREATE TABLE facts (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            instance TEXT NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
            text TEXT NOT NULL,
            text_key TEXT NOT NULL,
            author TEXT NOT NULL,
            source TEXT,
            confidence REAL,
            created INTEGER NOT NULL,
            used INTEGER NOT NULL,
            UNIQUE (instance, text_key)
        );
        """
}
