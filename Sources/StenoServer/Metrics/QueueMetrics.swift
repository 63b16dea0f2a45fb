import AudioFiles
import Characters
import SpeechDetection
import SpeechSynthesis

/// A speech engine of this machine, whose work waits for a thread.
private protocol QueueingSynthesizer: Synthesizer {
    var waiting: Int { get }
}

extension FliteSynthesizer: QueueingSynthesizer {}
extension SherpaSynthesizer: QueueingSynthesizer {}

// The length of every queue that is not an engine's or the backends' own; each has a bound.
extension PrometheusRegistry {
    func observe(_ voice: VoiceEngines) {
        if let synthesizer = voice.synthesizer as? any QueueingSynthesizer {
            observe("steno_synthesis_waiting", .gauge) { Double(synthesizer.waiting) }
        }
        if let judge = voice.endOfTurn as? SmartTurn {
            observe("steno_turns_waiting", .gauge) { Double(judge.waiting) }
        }
    }

    func observe(_ keeper: MemoryKeeper?) {
        guard let keeper else { return }
        observe("steno_memories_waiting", .gauge) { Double(keeper.waitingCount) }
    }

    func observe(_ files: AudioFileReader, _ encoder: AudioEncoder) {
        observe("steno_files_waiting", .gauge) { Double(files.waiting) }
        observe("steno_encoders_waiting", .gauge) { Double(encoder.waiting) }
    }

    func observe(_ log: LogWriter) {
        observe("steno_log_lines_dropped_total", .counter) { Double(log.dropped) }
        observe("steno_log_bytes_waiting", .gauge) { Double(log.waitingBytes) }
    }
}
