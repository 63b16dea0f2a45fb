import Limits

/// Runs `work`, and cancels it when it takes longer than `limit`.
///
/// A timer that fires long after its time tells of a `Standstill`, and then the work gets a moment more.
///
/// - Throws: What `work` throws; `.expired` when the time is up; `.cancelled` when the task was cancelled.
func withDeadline<Value: Sendable, C: Clock<Duration>>(
    _ limit: Duration,
    clock: C,
    _ work: @escaping @Sendable () async throws(TranscriptionError) -> Value
) async throws(TranscriptionError) -> Value {
    let outcome = await withTaskGroup(of: Result<Value, TranscriptionError>?.self) { group in
        group.addTask {
            do throws(TranscriptionError) {
                return .success(try await work())
            } catch {
                return .failure(error)
            }
        }
        group.addTask {
            let end = clock.now.advanced(by: limit)
            try? await clock.sleep(until: end, tolerance: nil)
            if end.duration(to: clock.now) > Standstill.leastDelay { try? await clock.sleep(for: Standstill.grace) }
            return nil
        }
        defer { group.cancelAll() }
        return await group.next() ?? nil
    }
    if let outcome { return try outcome.get() }
    throw Task.isCancelled ? .cancelled : .expired(seconds: limit / .seconds(1))
}
