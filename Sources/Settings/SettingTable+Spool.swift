extension SettingSection {
    static let spool = SettingSection(
        heading: "Spool",
        settings: [
            Setting(
                "SPOOL_DIR",
                at: \.spool.directory,
                is: .path,
                for: "Folder where utterances are kept until they have transcripts; one for each server",
                absent: "none are kept"
            ),
            Setting(
                "SPOOL_MAX_BYTES",
                at: \.spool.maximumBytes,
                is: .integer((1 << 20)...(1 << 42), unit: "bytes"),
                for: "Audio that may be kept; utterances that find no room and no engine fail with spool_full"
            ),
            Setting(
                "SPOOL_MAX_AGE_S",
                at: \.spool.maximumAge,
                is: .seconds(60...31_536_000),
                for: "How long an utterance waits for an engine, and how long its transcript can be asked for"
            ),
            Setting(
                "SPOOL_AFTER_MS",
                at: \.spool.patience,
                is: .milliseconds(0...600_000),
                for: "How long no engine is well before utterances wait on disk instead of in memory"
            ),
        ]
    )
}
