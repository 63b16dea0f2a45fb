import Logging
import Waiting

/// Who waits for a decoder, and who for an answer.
///
/// Utterances are taken in an order that is fair to their owners, and short ones before long ones. A caller may leave at
/// any time: before its utterance is taken the utterance goes too, afterwards only the answer has no reader any more. A
/// value with no lock and no effects.
struct DecodingLine<Caller> {
    typealias Ticket = UInt64

    /// An utterance to decode.
    struct Job: Sendable {
        let ticket: Ticket
        let request: TranscriptionRequest
        /// The caller's, which names its session.
        let logger: Logger
    }

    private var jobs = FairQueue<Job>()
    private var callers: [Ticket: Caller] = [:]
    private var lastTicket: Ticket = 0
    private(set) var isClosed = false
    /// Decoders that take utterances, and of these the ones at work.
    var decoders = 0
    private var busy = 0

    /// Utterances that no decoder has taken yet.
    var waiting: Int { jobs.count }

    /// Whether an utterance that may not have ended can be decoded without keeping others waiting.
    ///
    /// One decoder is left for those that have ended, so with a single one there is never room.
    var hasRoomAhead: Bool { jobs.count == 0 && busy + 1 < decoders }

    /// Adds an utterance; its ticket takes the caller out again.
    mutating func join(_ request: TranscriptionRequest, _ caller: Caller) -> Ticket {
        lastTicket += 1
        let job = Job(ticket: lastTicket, request: request, logger: .current)
        jobs.append(job, ticket: lastTicket, owner: request.owner?.number, cost: request.cost)
        callers[lastTicket] = caller
        return lastTicket
    }

    /// Takes the caller out, and its utterance if it still waits.
    mutating func leave(_ ticket: Ticket) -> Caller? {
        _ = jobs.remove(ticket)
        return callers.removeValue(forKey: ticket)
    }

    /// The next utterance for a decoder.
    mutating func take() -> Job? {
        let job = jobs.popFirst()
        if job != nil { busy += 1 }
        return job
    }

    /// Whom to tell the answer; nobody when the caller has left.
    mutating func answer(_ ticket: Ticket) -> Caller? {
        busy -= 1
        return callers.removeValue(forKey: ticket)
    }

    /// Says that nobody joins any more; who has joined is still served.
    mutating func close() {
        isClosed = true
    }
}
