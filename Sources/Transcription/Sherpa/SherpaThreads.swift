import CAllocator
import Logging
import Waiting

/// The threads that decode with one model.
struct SherpaThreads: Sendable {
    let model: SherpaModel
    /// The file of the shared library.
    let library: String
    let count: Int
    let queue: DecodingQueue
    let logger: Logger

    /// Starts the first thread, which loads the model and starts the others; says once, from any thread, how it went.
    func start(whenLoaded: @escaping @Sendable (Result<Void, SherpaError>) -> Void) {
        let code = NamedThread.start("sherpa-0") {
            do throws(SherpaError) {
                let decoder = try load()
                whenLoaded(.success(()))
                startOthers(decoder)
                serve(decoder)
            } catch {
                whenLoaded(.failure(error))
            }
        }

        if code != 0 { whenLoaded(.failure(.noThread(code: code))) }
    }

    private func load() throws(SherpaError) -> SherpaDecoder {
        let decoder = SherpaDecoder(model: model, recognizer: try SherpaRecognizer(model, library: library))
        let heard = try? decoder.transcript(of: TranscriptionRequest(samples: ModelProbe().samples))
        guard let heard, ModelProbe.isHeard(in: heard.text) else {
            throw .wrongWords(folder: model.folder, heard: heard?.text ?? "")
        }
        return decoder
    }

    private func startOthers(_ decoder: SherpaDecoder) {
        for index in 1..<max(1, count) {
            let code = NamedThread.start("sherpa-\(index)") { serve(decoder) }
            guard code != 0 else { continue }
            logger.warning(
                "The speech model runs on fewer threads",
                metadata: ["steno.engine.threads": "\(index)", "steno.error": "\(SherpaError.noThread(code: code))"]
            )
            return
        }
    }

    /// Takes utterances until the queue closes.
    private func serve(_ decoder: SherpaDecoder) {
        queue.addDecoder()
        while let job = queue.next(whenIdle: { heap_trim() }) {
            queue.answer(job.ticket, answer(job, with: decoder))
        }
    }

    private func answer(_ job: DecodingQueue.Line.Job, with decoder: SherpaDecoder) -> DecodingQueue.Answer {
        job.request.start?.begin()
        do throws(TranscriptionError) {
            return .success(try decoder.transcript(of: job.request))
        } catch {
            let metadata: Logger.Metadata = ["steno.engine.model": "\(model.name)"]
            job.logger.error("The speech model failed on an utterance", metadata: metadata)
            return .failure(error)
        }
    }
}
