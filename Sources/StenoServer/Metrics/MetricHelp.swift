/// What each metric says, for `# HELP`.
enum MetricHelp {
    static func text(for name: String) -> String { texts[name] ?? undescribed }

    /// What stands for a metric that is missing in the list below; every metric needs some text.
    static let undescribed = "Not described."

    private static let texts = [
        "process_cpu_seconds_total": "Processor time of the process, user and system.",
        "process_resident_memory_bytes": "Resident memory of the process.",
        "steno_audio_samples_total": "Samples at 16 kHz by what became of them; received is the sum of the others.",
        "steno_connections_refused_total": "Connections closed at once, as the limit of open files left no room.",
        "steno_log_lines_dropped_total": "Lines of the log that were dropped, as nobody read what was written.",
        "steno_requests_total": "Requests by key.",
        "steno_sessions_active": "Sessions that run.",
        "steno_transcription_duration_seconds": "Time from an utterance's end to its transcript.",
        "steno_transcripts_rejected_total": "Transcripts that an engine is taken to have invented, by the sign of it.",
        "steno_utterances_total": "Utterances by what became of them.",
    ]
}
