import Audio
import AudioFiles
import Foundation
import Limits
import Logging
import Sessions
import SpeechDetection
import Synchronization
import Transcription
import Waiting

/// A file as a session without a socket.
///
/// The same pipeline as a stream's cuts and transcribes it, so its ledger, metrics, order and bounds hold here too.
struct FileTranscription: Sendable {
    /// The least that is transcribed: 100 ms.
    static let minimumLength = SampleClock.samples(milliseconds: 100)
    /// Samples that are cut without a pause: a second.
    private static let pieceLength = SampleClock.rate

    let samples: SampleFile
    let settings: SessionSettings
    let detectors: DetectorFactory
    let transcriber: any Transcriber
    let metrics: SessionMetrics
    /// Of the memory for all: what `waitingBytes` are taken from, given back with the file.
    let share: MemoryBudget.Share
    let owner: RequestOwner
    let logger: Logger

    /// - Parameter settings: What a stream would start with.
    init(
        _ samples: SampleFile,
        asked form: TranscriptionForm,
        settings: SessionSettings,
        detectors: DetectorFactory,
        transcriber: any Transcriber,
        metrics: SessionMetrics,
        share: MemoryBudget.Share,
        owner: RequestOwner = RequestOwner(),
        logger: Logger
    ) {
        self.samples = samples
        self.settings = Self.settings(settings, form, length: samples.count)
        self.detectors = detectors
        self.transcriber = transcriber
        self.metrics = metrics
        self.share = share
        self.owner = owner
        self.logger = logger
    }

    /// The settings of the session that transcribes a file of `length` samples.
    ///
    /// A file that fits into one utterance is transcribed whole unless the client asks for cutting, as OpenAI describes
    /// an absent `chunking_strategy`. The session's detector hears it all the same, and no engine is asked where nobody
    /// speaks.
    static func settings(_ base: SessionSettings, _ form: TranscriptionForm, length: Int) -> SessionSettings {
        var settings = base
        settings.includesAudio = false
        (settings.wantsInterim, settings.speculatesAfter) = (false, nil)
        settings.model = form.model
        if let language = form.language { settings.language = language.code }
        settings.prompt = form.prompt ?? base.prompt

        // Nobody waits for the first utterance of a file, so that every decoder may have one in hand.
        let utterances = max(2 * ProcessInfo.processInfo.activeProcessorCount, 8)
        settings.maximumPending = max(base.maximumPending, utterances * base.maximumUtterance)
        settings.wantsWordTimes = form.wantsWordTimes
        if let chunking = form.chunking {
            settings.turnDetection = chunking.applied(to: base.defaultTurnDetection)
        } else if length <= base.maximumUtterance {
            settings.turnDetection = nil
        }

        return settings
    }

    /// The most that its utterances hold in memory while they wait for their transcripts, in bytes.
    var waitingBytes: Int {
        2 * min(samples.count, settings.maximumPending + settings.maximumUtterance)
    }

    /// Transcribes the whole file.
    ///
    /// - Parameter onSegment: Called in the order of the audio, as soon as a segment and all before it are there.
    /// - Throws: `TranscriptionError` of the first utterance that fails, when the others are given up; a transcript
    ///   never has a hole. `CancellationError` when the task was cancelled.
    func run(onSegment: (FileTranscript.Segment) async throws -> Void = { _ in }) async throws -> FileTranscript {
        let log = ScoreLog()
        let session = Session(settings: settings, transcriber: transcriber, metrics: metrics, owner: owner)
        defer { logger.info("File ended", metadata: session.ledger.metadata) }
        var transcript = FileTranscript(length: samples.count)

        let events = BoundedChannel<SessionEvent>(capacity: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { events.finish() }
                let pieces = Pieces(samples: samples)
                let detector = LoggedDetector(try detectors.make(), log: log)
                await session.run(detector: detector, events: events) { pieces.next() }
                if let failure = pieces.failure { throw failure }
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
        transcript.speech = log.runs(threshold: settings.defaultTurnDetection.exitThreshold)
        return transcript
    }

    /// The file as a client would stream it.
    private final class Pieces: Sendable {
        private struct State {
            var position = 0
            var failure: AudioFileError?
        }

        private let samples: SampleFile
        private let state = Mutex(State())

        init(samples: SampleFile) { self.samples = samples }

        /// Why the rest cannot be read.
        var failure: AudioFileError? { state.withLock { $0.failure } }

        /// The next second; `nil` at the end.
        func next() -> ClientCommand? {
            state.withLock { state in
                let end = min(state.position + pieceLength, samples.count)
                guard state.position < end else { return nil }
                do throws(AudioFileError) {
                    let audio = try samples.pcm(state.position..<end)
                    state.position = end
                    return .append(audio: audio, rate: SampleClock.rate)
                } catch {
                    state.failure = error
                    return nil
                }
            }
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
