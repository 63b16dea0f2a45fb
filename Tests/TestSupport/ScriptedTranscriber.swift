import Synchronization
public import Transcription

/// A transcriber whose answers wait for the test.
public final class ScriptedTranscriber: Transcriber {
    public typealias Answer = Result<Transcript, TranscriptionError>

    private struct State {
        var requests: [TranscriptionRequest] = []
        var waiting: [Int: CheckedContinuation<Answer, Never>] = [:]
        /// Answers to requests that have not come yet.
        var prepared: [Int: Answer] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    public init() {}

    /// What has been asked for, in order.
    public var requests: [TranscriptionRequest] { state.withLock { $0.requests } }

    /// The indices of the requests that have no answer yet.
    public var waiting: [Int] { state.withLock { $0.waiting.keys.sorted() } }

    /// Answers request `index`, at once or when it comes.
    public func answer(_ index: Int, _ answer: Answer) {
        let waiting = state.withLock { state in
            let waiting = state.waiting.removeValue(forKey: index)
            if waiting == nil { state.prepared[index] = answer }
            return waiting
        }
        waiting?.resume(returning: answer)
    }

    /// Answers request `index` with the number of its samples.
    ///
    /// Concurrent requests come in any order, so a test that cares which is which gives each utterance its own length.
    public func answerWithLength(_ index: Int) {
        answer(index, .success(Transcript(text: "\(requests[index].samples.count)")))
    }

    public func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        let index = state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Answer? = state.withLock { state in
                    if state.cancelled.contains(index) { return .failure(.cancelled) }
                    if let answer = state.prepared.removeValue(forKey: index) { return answer }
                    state.waiting[index] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.cancelled.insert(index)
                return state.waiting.removeValue(forKey: index)
            }
            waiting?.resume(returning: .failure(.cancelled))
        }
        return try answer.get()
    }
}
