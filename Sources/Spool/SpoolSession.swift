import Logging
import Synchronization
public import Transcription
import Waiting

/// The utterances of one session in the spool.
///
/// Its methods are called one after the other, in the order of the session's audio.
public final class SpoolSession: Sendable {
    /// The name by which the session's transcripts are asked for.
    public let id: String
    private let spool: Spool
    private let owner: String?
    /// Items that found no room.
    private let unkept = Mutex(Set<String>())

    init(_ spool: Spool, id: String, owner: String?) {
        self.spool = spool
        self.id = id
        self.owner = owner
    }

    /// - Parameter receiver: Gets the results of delayed utterances, until the session ends.
    public func begin(receiver: @escaping Spool.Receiver) {
        spool.state.withLock { $0.receivers[id] = receiver }
    }

    /// Writes an utterance down, before an engine is asked.
    ///
    /// One that cannot be written, as the spool is full or broken, is transcribed all the same, and not kept.
    public func record(_ utterance: KeptUtterance) async {
        do throws(SpoolError) {
            guard spool.size + utterance.size <= spool.rules.maximumSize else { throw .full }
            let now = spool.now()
            let number = try await spool.store.add(utterance, of: id, owner: owner, at: now)
            spool.begin(ReplayQueue.Entry(item: utterance.item, session: id, number: number, recorded: now))
        } catch {
            spool.onEvent(error == .full ? .full : .broken)
            if error == .full { _ = unkept.withLock { $0.insert(utterance.item) } }
            spool.logger.warning(
                "Utterance not kept on disk, and lost if no engine can serve",
                metadata: ["steno.error": "\(error)"]
            )
        }
    }

    /// Whether an utterance was recorded, and has no result yet.
    public func has(_ item: String) -> Bool { spool.signal(of: item) != nil }

    /// What an engine says to an utterance that was recorded; `nil` when it is delayed, and comes to the receiver later.
    public func result(
        of item: String,
        _ call: @escaping @Sendable () async -> Result<Transcript, TranscriptionError>
    ) async -> Result<Transcript, TranscriptionError>? {
        guard let signal = spool.signal(of: item) else { return await call() }
        let outcome = await signal.run(call) ?? .failure(.cancelled)
        if case .failure(let error) = outcome, error.mayPass {
            spool.delay(item)
            return nil
        }
        spool.end(item)
        return outcome
    }

    /// The result of an utterance that was not recorded: where it failed for lack of room, that says so.
    public func explained(
        _ result: Result<Transcript, TranscriptionError>,
        of item: String
    ) -> Result<Transcript, TranscriptionError> {
        let wasFull = unkept.withLock { $0.remove(item) != nil }
        guard case .failure(let error) = result, wasFull, error.mayPass, error != .cancelled else { return result }
        return .failure(.spoolFull)
    }

    /// Writes down what the client was told of an utterance.
    public func settle(_ item: String, _ result: Result<Transcript, TranscriptionError>) async {
        await spool.settle(item, KeptTranscript.Outcome(result))
    }

    /// Ends the session.
    ///
    /// - Parameter isDelivered: Whether the client has everything, so that nothing need be kept.
    public func end(isDelivered: Bool) { spool.close(session: id, isDelivered: isDelivered) }
}
