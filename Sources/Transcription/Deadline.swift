/// How late a timer must fire to show that the process stood still.
private let standstill = Duration.milliseconds(250)
/// What an answer that has come then takes to be read, at most.
private let moment = Duration.seconds(2)

/// Runs `work`, and cancels it when it takes longer than `limit`.
///
/// While the process stands still (a suspended machine, a stopped process) time goes on, and the answer may have come
/// although nobody could read it. A timer that fires long after its time tells so, and then the work gets a moment more.
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
            if end.duration(to: clock.now) > standstill { try? await clock.sleep(for: moment) }
            return nil
        }
        defer { group.cancelAll() }
        return await group.next() ?? nil
    }
    if let outcome { return try outcome.get() }
    throw Task.isCancelled ? .cancelled : .expired(seconds: limit / .seconds(1))
}
