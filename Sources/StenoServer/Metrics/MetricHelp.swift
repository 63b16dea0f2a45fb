/// What each metric says, for `# HELP`.
enum MetricHelp {
    static func text(for name: String) -> String { texts[name] ?? undescribed }

    /// What stands for a metric that is missing in the list below; every metric needs some text.
    static let undescribed = "Not described."

    private static let texts = [
        "process_cpu_seconds_total": "Processor time of the process, user and system.",
        "process_max_fds": "Files that the process may have open.",
        "process_resident_memory_bytes": "Resident memory of the process.",
        "process_start_time_seconds": "When the server started, in seconds since 1970.",
        "steno_audio_received_samples_total": "Samples at 16 kHz that clients sent.",
        "steno_audio_samples_total": "Samples at 16 kHz by what became of them.",
        "steno_backend_ejections_total": "Times that a backend was taken out for being slower than its peers.",
        "steno_backend_hedges_total": "Second tries that a backend got as another took long (HEDGING).",
        "steno_backend_in_flight": "Requests that a backend has.",
        "steno_backend_limit": "Requests that a backend may have at once now.",
        "steno_backend_probes_total": "Requests that a backend got to find out whether it is well again.",
        "steno_backend_queue_length": "Requests that wait for a place with a backend of a kind.",
        "steno_backend_request_duration_seconds":
            "Time to a backend's answer, or to the first part of a streamed one, or to its failure.",
        "steno_backend_requests_total": "Requests to a backend by what became of them, without those given up.",
        "steno_backend_retries_total": "Requests that a backend got after another attempt failed or took too long.",
        "steno_backend_state": "1 for the state that a backend's breaker is in: closed, open or half_open.",
        "steno_build_info": "Always 1; the label tells the version.",
        "steno_connections_refused_total": "Connections closed at once, as the limit of open files left no room.",
        "steno_drafts_total": "Answers begun in a pause that might end a turn: used as the answer, or discarded.",
        "steno_engine_request_duration_seconds": "Time that the engine took for an utterance, waiting included.",
        "steno_engine_requests_total": "Utterances that the engine was given, by what became of them.",
        "steno_engine_requests_under_way": "Utterances that the engine has, waiting or at work.",
        "steno_engine_waiting": "Utterances that wait for their turn with the engine.",
        "steno_encoders_waiting": "Answers that wait for a process of ffmpeg that compresses them.",
        "steno_files_waiting": "Uploaded files that wait for a process of ffmpeg that decodes them.",
        "steno_key_refusals_total": "What was refused as its key has used what it may, by the limit.",
        "steno_log_bytes_waiting": "Bytes of the log that wait to be written.",
        "steno_log_lines_dropped_total": "Lines of the log that were dropped, as nobody read what was written.",
        "steno_memories_waiting": "Characters whose memory waits to be brought up to date.",
        "steno_memory_budget_limit_bytes": "What bodies and messages under way may hold together.",
        "steno_memory_budget_used_bytes": "What bodies and messages under way hold.",
        "steno_requests_total": "Requests by key, kind and status of the answer; 101 is a WebSocket that opened.",
        "steno_sessions_active": "Sessions that run.",
        "steno_sessions_expired_total": "Sessions whose clients did not come back within RESUME_WINDOW_S.",
        "steno_sessions_limit": "Sessions that may run at once (MAX_SESSIONS).",
        "steno_sessions_resumed_total": "How often a client came back to its session.",
        "steno_spool_waiting": "Utterances that no engine could serve and that wait on disk.",
        "steno_spool_bytes": "Audio on disk, of utterances without transcripts.",
        "steno_spool_oldest_timestamp_seconds": "When the oldest of the utterances that wait was recorded; 0 for none.",
        "steno_spool_utterances_total": "What happened to utterances in the spool, by event.",
        "steno_sessions_waiting": "Sessions whose connection is lost and which wait for their clients.",
        "steno_speculations_total":
            "What was asked of the engine at a pause: used as transcript, or discarded as speech went on.",
        "steno_stage_duration_seconds": "Time that utterances and answers take at each stage.",
        "steno_synthesis_waiting": "Pieces of text that wait for a voice of this machine.",
        "steno_transcription_duration_seconds": "Time from an utterance's end to its transcript.",
        "steno_transcripts_rejected_total": "Transcripts that an engine is taken to have invented, by the sign of it.",
        "steno_turns_waiting": "Pauses that wait for the model that judges whether a turn has ended.",
        "steno_utterances_total": "Utterances by what became of them.",
    ]
}
