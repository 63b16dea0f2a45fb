import Logging
import Waiting

/// One thread with one decoder, which takes utterances from the queue until the queue closes.
struct DecoderThread: Sendable {
    var index = 0
    /// Threads in all; each starts the next one as soon as its own decoder is loaded.
    let count: Int
    let model: PocketSphinxModel
    let queue: DecodingQueue
    let logger: Logger

    /// Starts the thread and says once, from any thread, whether its decoder is ready.
    func start(whenLoaded: @escaping @Sendable (Result<Void, PocketSphinxError>) -> Void) {
        let code = NamedThread.start("sphinx-\(index)") { run(whenLoaded) }
        if code != 0 { whenLoaded(.failure(.noThread(code: code))) }
    }

    private func run(_ whenLoaded: (Result<Void, PocketSphinxError>) -> Void) {
        do throws(PocketSphinxError) {
            var decoder = try PocketSphinxDecoder(model)
            whenLoaded(.success(()))
            queue.addDecoder()
            startNext()
            while let job = queue.next() {
                queue.answer(job.ticket, answer(job, with: &decoder))
            }
        } catch {
            whenLoaded(.failure(error))
        }
    }

    /// One after the other: the first decoder is ready sooner than if all loaded at once, and can work meanwhile.
    private func startNext() {
        guard index + 1 < count, !queue.isClosed else { return }
        var next = self
        next.index += 1
        next.start { [next] result in
            guard case .failure(let error) = result else { return }
            next.logger.warning(
                "PocketSphinx runs on fewer threads",
                metadata: ["steno.pocketsphinx.threads": "\(next.index)", "steno.error": "\(error)"]
            )
        }
    }

    private func answer(
        _ job: DecodingQueue.Line.Job,
        with decoder: inout PocketSphinxDecoder
    ) -> DecodingQueue.Answer {
        job.request.start?.begin()
        let samples = job.request.samples
        do throws(PocketSphinxError) {
            return .success(Transcript(try decoder.decode(samples), sampleCount: samples.count))
        } catch {
            job.logger.error("PocketSphinx failed on an utterance", metadata: ["steno.error": "\(error)"])
            return .failure(.engineFailed)
        }
    }
}
