import Audio
import Foundation
import Logging
import Sessions
import SpeechDetection
import Transcription

/// A file as a session without a socket.
///
/// The same pipeline as a stream's cuts and transcribes it, so its ledger, metrics, order and bounds hold here too.
struct FileTranscription: Sendable {
    /// The least that is transcribed: 100 ms.
    static let minimumLength = SampleClock.samples(milliseconds: 100)
    /// Bytes of samples that are cut without a pause.
    private static let pieceLength = 1 << 16

    let samples: [Int16]
    let settings: SessionSettings
    /// Whether the file is one utterance if anyone speaks in it.
    let isWhole: Bool
    let detectors: DetectorFactory
    let transcriber: any Transcriber
    let metrics: SessionMetrics
    let logger: Logger

    /// - Parameter settings: What a stream would start with.
    init(
        _ samples: [Int16],
        asked form: TranscriptionForm,
        settings: SessionSettings,
        detectors: DetectorFactory,
        transcriber: any Transcriber,
        metrics: SessionMetrics,
        logger: Logger
    ) {
        self.samples = samples
        self.settings = Self.settings(settings, form)
        // As OpenAI describes an absent `chunking_strategy`.
        isWhole = form.chunking == nil && samples.count <= settings.maximumUtterance
        self.detectors = detectors
        self.transcriber = transcriber
        self.metrics = metrics
        self.logger = logger
    }

    static func settings(_ base: SessionSettings, _ form: TranscriptionForm) -> SessionSettings {
        var settings = base
        settings.includesAudio = false
        settings.model = form.model
        if let language = form.language { settings.language = language.code }
        settings.prompt = form.prompt ?? base.prompt
        // Nobody waits for the first utterance of a file, so that every decoder may have one in hand.
        settings.maximumPending = max(base.maximumPending, 2 * ProcessInfo.processInfo.activeProcessorCount, 8)
        settings.wantsWordTimes = form.wantsWordTimes
        settings.turnDetection = form.chunking?.applied(to: base.defaultTurnDetection) ?? base.defaultTurnDetection
        return settings
    }

    /// Transcribes the whole file.
    ///
    /// - Parameter onSegment: Called in the order of the audio, as soon as a segment and all before it are there.
    /// - Throws: `TranscriptionError` of the first utterance that fails, when the others are given up; a transcript
    ///   never has a hole. `CancellationError` when the task was cancelled.
    func run(onSegment: (FileTranscript.Segment) async throws -> Void = { _ in }) async throws -> FileTranscript {
        let log = ScoreLog()
        let session = Session(settings: try cutting(log), transcriber: transcriber, metrics: metrics)
        defer { logger.info("File ended", metadata: session.ledger.metadata) }
        var transcript = FileTranscript(length: samples.count)

        let events = BoundedChannel<SessionEvent>(capacity: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var pieces = Pieces(samples: samples)
                await session.run(detector: try detector(isWhole ? nil : log), events: events) { await pieces.next() }
            }
            for await event in events {
                switch event {
                case .transcribed(let item, let heard):
                    if let segment = transcript.append(heard, at: item.range) { try await onSegment(segment) }
                case .failed(_, let error): throw error
                default: break
                }
            }
            try await group.waitForAll()
        }
        try Task.checkCancellation()
        transcript.speech = log.runs(threshold: settings.turnDetection?.exitThreshold ?? 0)
        return transcript
    }

    /// How the session cuts.
    ///
    /// A file that is short enough is heard by the detector first. With speech in it, it is one utterance, silence and
    /// all; without, the session's turn detection finds none in it either, and no engine is asked.
    private func cutting(_ log: ScoreLog) throws -> SessionSettings {
        guard isWhole, let rules = settings.turnDetection else { return settings }
        let heard = Segmentation(
            of: settings.enhancement.heardByDetector(samples),
            by: try detector(log),
            turnDetection: rules,
            maximumUtterance: settings.maximumUtterance,
            overlap: settings.overlap
        )
        var settings = settings
        if !heard.segments.isEmpty { settings.turnDetection = nil }
        return settings
    }

    private func detector(_ log: ScoreLog?) throws(DetectorError) -> any VoiceActivityDetector {
        let detector = try detectors.make()
        return log.map { LoggedDetector(detector, log: $0) } ?? detector
    }

    /// The file as a client would stream it.
    private struct Pieces {
        let samples: [Int16]
        var position = 0

        /// Others on this thread have their turn between two pieces.
        mutating func next() async -> ClientCommand? {
            await Task.yield()
            guard position < samples.count, !Task.isCancelled else { return nil }
            let end = min(position + pieceLength / 2, samples.count)
            defer { position = end }
            return .append(audio: PCM16.bytes(Array(samples[position..<end])), rate: SampleClock.rate)
        }
    }
}

extension AudioLedger {
    /// For the log line at the end of a session.
    var metadata: Logger.Metadata {
        [
            "steno.samples.received": "\(received)",
            "steno.samples.transcribed": "\(transcribed)",
            "steno.samples.discarded": "\(discarded.values.reduce(0, +))",
            "steno.samples.failed": "\(failed.values.reduce(0, +))",
        ]
    }
}
