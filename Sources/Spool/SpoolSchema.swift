import GRDB

/// The table of the spool, and how those of earlier versions become it.
///
/// A migration that has been released is never changed; a new one follows it.
enum SpoolSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("utterances") { try $0.execute(sql: first) }
        return migrator
    }

    /// Positions and lengths are in samples, times in milliseconds since 1970; `size` is that of the audio, in bytes.
    ///
    /// `status` is `open`, `transcribed` or `failed`; `text` is the transcript, or the message of the failure. `starts`
    /// counts processes that found the utterance open.
    private static let first = """
        CREATE TABLE utterances (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            item TEXT NOT NULL UNIQUE,
            session TEXT NOT NULL,
            owner TEXT,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            left_context INTEGER NOT NULL,
            recorded INTEGER NOT NULL,
            status TEXT NOT NULL DEFAULT 'open',
            starts INTEGER NOT NULL DEFAULT 0,
            model TEXT,
            language TEXT,
            prompt TEXT,
            wants_word_times INTEGER NOT NULL,
            peak REAL,
            voiced INTEGER,
            audio BLOB,
            size INTEGER NOT NULL,
            text TEXT,
            engine TEXT,
            code TEXT
        );
        CREATE INDEX utterances_by_session ON utterances (session, seq);
        CREATE INDEX open_utterances ON utterances (seq) WHERE status = 'open';
        CREATE INDEX utterances_by_time ON utterances (recorded);
        """
}
