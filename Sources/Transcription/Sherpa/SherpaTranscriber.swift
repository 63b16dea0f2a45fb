import CSherpaOnnx
import FoundationEssentials
public import Logging
import Synchronization
import Waiting

/// The embedded neural engine: a model of sherpa-onnx, Moonshine tiny English unless another is chosen.
///
/// One model is shared by a fixed number of threads, named `sherpa-0` and on, each of which decodes one utterance at a
/// time, in an order that is fair to their owners. Moonshine tiny takes about 135 MB, and two threads 217 MB with
/// utterances of up to 24 s; when there is nothing to do, memory that is free goes back to the system. Each waiting
/// utterance waits with its suspended caller, so callers bound the line.
///
/// Cancelling a waiting call takes its utterance out of the line. One that is being decoded cannot be interrupted: the
/// cancelled call returns at once, and the thread takes the next utterance when it has finished this one.
///
/// Nothing is recognised in samples that are all zero. A request's prompt is ignored, and so is its language where the
/// model knows one only.
public final class SherpaTranscriber: Transcriber {
    let queue: DecodingQueue
    private let model: SherpaModel
    private let logger: Logger
    private let hasNoticedLanguage = Atomic(false)

    private init(queue: DecodingQueue, model: SherpaModel, logger: Logger) {
        self.queue = queue
        self.model = model
        self.logger = logger
    }

    deinit { queue.close() }

    /// Loads the model, has it write down a known recording, and returns.
    ///
    /// Takes about a second, on a thread of its own. When cancelled it returns at once, and the thread ends after the load.
    ///
    /// - Parameters:
    ///   - library: The file of the shared library.
    ///   - threads: Utterances decoded at the same time, at least 1; `nil` is the number of cores.
    /// - Throws: `SherpaError`, which names the folder.
    public static func load(
        _ model: SherpaModel,
        library: String,
        threads: Int? = nil,
        logger: Logger = .current
    ) async throws(SherpaError) -> SherpaTranscriber {
        let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        precondition(threads > 0, "A speech model needs a thread")
        let queue = DecodingQueue()
        let loaded = Promise<Result<Void, SherpaError>>()
        let first = SherpaThreads(model: model, library: library, count: threads, queue: queue, logger: logger)
        first.start { loaded.fulfill($0) }
        try await loaded.value(onCancel: { loaded.fulfill(.success(())) }).get()
        guard !Task.isCancelled else {
            queue.close()
            throw .cancelled
        }

        return SherpaTranscriber(queue: queue, model: model, logger: logger)
    }

    /// Utterances that wait for a thread.
    public var waiting: Int { queue.waiting }

    public func capabilities(model: String?) -> EngineCapabilities {
        let kind = self.model.kind
        return EngineCapabilities(hasWordTimes: kind.hasTimes, canSpeculate: true, canRepeat: kind.isFast)
    }

    public func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        noticeLanguage(request.language)
        guard request.samples.contains(where: { $0 != 0 }) else { return Transcript(text: "") }
        return try await queue.transcript(of: request).get()
    }

    private func noticeLanguage(_ language: String?) {
        guard let language, let only = model.onlyLanguage, language != only else { return }
        guard !hasNoticedLanguage.exchange(true, ordering: .relaxed) else { return }
        logger.notice(
            "The speech model knows one language only; the requested one is ignored",
            metadata: ["steno.language": "\(language.prefix(16))", "steno.engine.model": "\(model.name)"]
        )
    }
}
