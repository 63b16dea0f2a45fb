import Dispatch
import Synchronization
import Waiting

/// Hands utterances from tasks to decoder threads.
///
/// Holds one entry for each suspended caller and nothing else, so callers bound it.
final class DecodingQueue: Sendable {
    typealias Answer = Result<Transcript, TranscriptionError>
    typealias Line = DecodingLine<Promise<Answer>>

    /// How long a thread waits before it counts as idle.
    private static let idleTime = DispatchTimeInterval.seconds(1)

    private let line = Mutex(Line())
    /// Counts what may be there to take; a caller that left makes a thread look once in vain.
    private let arrivals = DispatchSemaphore(value: 0)

    /// Utterances that no decoder has taken yet.
    var waiting: Int { line.withLock { $0.waiting } }
    var isClosed: Bool { line.withLock { $0.isClosed } }

    /// Counts a thread that takes utterances from now on.
    func addDecoder() { line.withLock { $0.decoders += 1 } }

    /// Waits for a decoder and its answer; returns at once when cancelled, and when a request ahead finds no decoder free.
    func transcript(of request: TranscriptionRequest) async -> Answer {
        if Task.isCancelled { return .failure(.cancelled) }
        let answer = Promise<Answer>()
        let ticket = line.withLock { line -> Line.Ticket? in
            guard !request.isAhead || line.hasRoomAhead else { return nil }
            return line.join(request, answer)
        }
        guard let ticket else { return .failure(.cancelled) }
        arrivals.signal()
        return await answer.value(onCancel: {
            line.withLock { $0.leave(ticket) }?.fulfill(.failure(.cancelled))
        })
    }

    /// The next utterance; blocks the calling thread until there is one, and is `nil` once closed and empty.
    ///
    /// - Parameter whenIdle: Called once when there has been nothing to do for a second.
    func next(whenIdle: () -> Void = {}) -> Line.Job? {
        if arrivals.wait(timeout: .now() + Self.idleTime) == .timedOut {
            whenIdle()
            arrivals.wait()
        }

        while true {
            let (job, isClosed) = line.withLock { ($0.take(), $0.isClosed) }
            if let job { return job }
            if isClosed {
                // Wakes the next thread, which does the same.
                arrivals.signal()
                return nil
            }
            arrivals.wait()
        }
    }

    func answer(_ ticket: Line.Ticket, _ answer: Answer) {
        line.withLock { $0.answer(ticket) }?.fulfill(answer)
    }

    /// Lets the decoder threads end when they have served everyone.
    func close() {
        line.withLock { $0.close() }
        arrivals.signal()
    }
}
