import FoundationEssentials
public import Logging
import Synchronization
import Waiting

/// The embedded engine: PocketSphinx with an English model, no network, modest accuracy.
///
/// Each thread of a fixed number has a decoder of its own, which takes 95 MB and up to 130 MB after minutes of speech.
/// Utterances wait for the first that is free, in an order that is fair to their owners; each waits with its suspended
/// caller, so callers bound the line. Threads are the engine's own, named `sphinx-0` and on, and end with the last
/// reference to it.
///
/// Cancelling a waiting call takes its utterance out of the line. A decoder at work cannot be interrupted: the cancelled
/// call returns at once, and the decoder takes the next utterance when it has finished this one.
///
/// Nothing is recognised in an utterance of only zeros, nor in one below 0.1 s. A request's prompt is ignored, and so is
/// its language, which is always English.
public final class PocketSphinxTranscriber: Transcriber {
    let queue: DecodingQueue
    private let logger: Logger
    private let hasNoticedLanguage = Atomic(false)

    private init(queue: DecodingQueue, logger: Logger) {
        self.queue = queue
        self.logger = logger
    }

    deinit { queue.close() }

    /// Loads the first decoder and returns; the others follow in the background, one after the other.
    ///
    /// Takes about 0.3 s, on a thread of its own. When cancelled it returns at once, and the thread ends after the load.
    ///
    /// - Parameter threads: Utterances decoded at the same time, at least 1; `nil` is the number of cores.
    /// - Throws: `PocketSphinxError`, which names the folder.
    public static func load(
        _ model: PocketSphinxModel,
        threads: Int? = nil,
        logger: Logger = .current
    ) async throws(PocketSphinxError) -> PocketSphinxTranscriber {
        let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        precondition(threads > 0, "PocketSphinx needs a thread")
        let queue = DecodingQueue()
        let first = DecoderThread(count: threads, model: model, queue: queue, logger: logger)
        let loaded = Promise<Result<Void, PocketSphinxError>>()
        first.start { loaded.fulfill($0) }
        try await loaded.value(onCancel: { loaded.fulfill(.success(())) }).get()
        guard !Task.isCancelled else {
            queue.close()
            throw .cancelled
        }

        return PocketSphinxTranscriber(queue: queue, logger: logger)
    }

    /// Utterances that wait for a decoder.
    public var waiting: Int { queue.waiting }

    /// It is too slow to be asked again and again.
    public func capabilities(model: String?) -> EngineCapabilities {
        EngineCapabilities(hasWordTimes: true, canSpeculate: true)
    }

    public func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        noticeLanguage(request.language)
        // Exact silence has no features to tell apart, and the decoder would make up a word.
        guard request.samples.contains(where: { $0 != 0 }) else { return Transcript(text: "") }
        return try await queue.transcript(of: request).get()
    }

    private func noticeLanguage(_ language: String?) {
        guard let language, !Self.isEnglish(language) else { return }
        guard !hasNoticedLanguage.exchange(true, ordering: .relaxed) else { return }
        logger.notice(
            "PocketSphinx hears English only; the requested language is ignored",
            metadata: ["steno.language": "\(language.prefix(16))"]
        )
    }

    /// `en`, or `en` with a region.
    private static func isEnglish(_ language: String) -> Bool {
        let primary = language.prefix { $0 != "-" && $0 != "_" }.lowercased()
        return primary == "en" || primary == "english"
    }
}
