import GRDB

extension CharacterStore {
    /// Cards that come with the server, by their fixed ids.
    static var presets: [(id: String, card: [UInt8])] {
        [("assistant", PackageResources.assistant_json), ("tutor", PackageResources.tutor_json)]
    }

    /// Puts the cards that come with the server into the database, as this version has them.
    static func storePresets(in database: Database, now: Int) throws {
        for (id, text) in presets {
            let card = try CharacterCard(parsing: text)
            try database.execute(
                sql: """
                    INSERT INTO characters (id, owner, name, name_key, card, digest, created, updated)
                    VALUES (?, NULL, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
                        card = excluded.card, digest = excluded.digest, version = version + 1, updated = excluded.updated
                    WHERE card <> excluded.card
                    """,
                arguments: [
                    id, card.name, card.name.folded, String(decoding: card.stored, as: UTF8.self), card.digest, now,
                    now,
                ]
            )
        }
    }
}
