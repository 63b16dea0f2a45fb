import Limits
import Logging
import Synchronization
import Transcription
import Waiting

extension Spool {
    /// How often it looks whether a backend is well.
    private static let interval = Duration.milliseconds(250)

    /// Replays what waits until the task is cancelled, beginning with what an earlier process has left.
    public func run() async {
        state.withLock { state in
            for entry in store.left {
                state.queue.add(entry)
                state.recorded[entry.item] = entry
            }
        }
        if !store.left.isEmpty {
            logger.notice(
                "Utterances of earlier sessions are transcribed",
                metadata: ["steno.spool.waiting": "\(store.left.count)"]
            )
        }

        await replay(on: clock)
    }

    private func replay<C: Clock<Duration>>(on clock: C) async {
        let start = clock.now
        await withDiscardingTaskGroup { group in
            var ticks = 0
            while !Task.isCancelled {
                let now = start.duration(to: clock.now)
                look(at: now)
                while let entry = next(at: now) { group.addTask { await self.replay(from: entry, start, clock) } }
                if ticks.isMultiple(of: 40) { await expire() }
                ticks += 1
                try? await clock.sleep(until: clock.now.advanced(by: Self.interval), tolerance: nil)
            }
            group.cancelAll()
        }
    }

    /// Breaks off the calls under way when an outage begins: their utterances are better kept on disk.
    private func look(at now: Duration) {
        let isWell = isWell()
        let (hasBegun, signals) = state.withLock { state in
            let hasBegun = state.outage.observe(isWell: isWell, at: now)
            return (hasBegun, hasBegun ? Array(state.calls.values) : [])
        }
        for signal in signals { signal.give() }
        if hasBegun { logger.warning("No engine can serve; utterances wait on disk") }
    }

    private func next(at now: Duration) -> ReplayQueue.Entry? {
        let isWell = isWell()
        return state.withLock { $0.queue.next(at: now, isWell: isWell) }
    }

    /// Replays one utterance after the other for as long as there are any, and it is their time.
    private func replay<C: Clock<Duration>>(from entry: ReplayQueue.Entry, _ start: C.Instant, _ clock: C) async {
        var entry: ReplayQueue.Entry? = entry
        while let current = entry, !Task.isCancelled {
            await replay(current, since: start, on: clock)
            entry = next(at: start.duration(to: clock.now))
        }
    }

    private func replay<C: Clock<Duration>>(_ entry: ReplayQueue.Entry, since start: C.Instant, on clock: C) async {
        let utterance: KeptUtterance
        do throws(SpoolError) {
            guard let kept = try await store.utterance(entry.item) else {
                state.withLock { $0.queue.settled(entry.item) }
                return
            }
            utterance = kept
        } catch {
            if Task.isCancelled { return }
            logger.error("The spool cannot be read", metadata: ["steno.error": "\(error)"])
            putBack(entry, at: start.duration(to: clock.now), isWell: false)
            return
        }

        let share = memory.makeShare()
        share.add(utterance.size)
        defer { share.clear() }
        let result: Result<Transcript, TranscriptionError>
        do throws(TranscriptionError) {
            result = .success(try await engine.transcribe(utterance.request))
        } catch {
            result = .failure(error)
        }

        if case .failure(let error) = result, error.mayPass {
            if Task.isCancelled { return }
            guard !putBack(entry, at: start.duration(to: clock.now), isWell: isWell()) else { return }
        }

        await finish(entry, utterance: utterance, result: result)
        onEvent(.replayed)
    }

    /// - Returns: False when the utterance is to be given up.
    @discardableResult
    private func putBack(_ entry: ReplayQueue.Entry, at now: Duration, isWell: Bool) -> Bool {
        state.withLock { $0.queue.failed(entry.item, at: now, isWell: isWell) }
    }

    /// Writes down a late result, and hands it to the session if that is still there.
    private func finish(
        _ entry: ReplayQueue.Entry,
        utterance: KeptUtterance,
        result: Result<Transcript, TranscriptionError>
    ) async {
        await settle(entry.item, KeptTranscript.Outcome(result.map { utterance.own($0) }))
        let receiver = state.withLock { state in
            state.queue.settled(entry.item)
            state.recorded[entry.item] = nil
            return state.receivers[entry.session]
        }
        receiver?(entry.item, Late(result: result, samples: utterance.samples))
    }

    /// Gives up what is older than it may be, and forgets transcripts that nobody has asked for.
    private func expire() async {
        let now = now()
        let limit = now - Int(rules.maximumAge / .milliseconds(1))
        let expired = state.withLock { $0.queue.removeExpired(before: limit) }
        let result = Result<Transcript, TranscriptionError>.failure(.spoolExpired)
        for entry in expired {
            await settle(entry.item, KeptTranscript.Outcome(result))
            onEvent(.expired)
            let receiver = state.withLock { state in
                state.recorded[entry.item] = nil
                return state.receivers[entry.session]
            }
            receiver?(entry.item, Late(result: result, samples: []))
        }

        do throws(SpoolError) {
            try await forgetDelivered(at: now)
            try await store.forget(before: limit)
            try await store.forgetTranscripts(beyond: rules.maximumTranscripts)
        } catch {
            logger.warning("The spool cannot be cleaned up", metadata: ["steno.error": "\(error)"])
        }
    }
}

extension Spool {
    /// An utterance has been recorded, and an engine is asked next.
    func begin(_ entry: ReplayQueue.Entry) {
        let isWell = isWell()
        state.withLock { state in
            state.recorded[entry.item] = entry
            let signal = StopSignal()
            state.calls[entry.item] = signal
            if state.outage.isOn, !isWell { signal.give() }
        }
    }

    /// How the call about an utterance is broken off; `nil` for one that was not recorded.
    func signal(of item: String) -> StopSignal? { state.withLock { $0.calls[item] } }

    /// An utterance has its result.
    func end(_ item: String) {
        state.withLock { state in
            state.calls[item] = nil
            state.recorded[item] = nil
        }
    }

    /// An utterance has to wait.
    func delay(_ item: String) {
        state.withLock { state in
            state.calls[item] = nil
            if let entry = state.recorded[item] { state.queue.add(entry) }
        }
        onEvent(.delayed)
    }

    func settle(_ item: String, _ outcome: KeptTranscript.Outcome) async {
        do throws(SpoolError) {
            try await store.settle(item, outcome)
        } catch {
            logger.warning("Transcript not kept on disk", metadata: ["steno.error": "\(error)"])
        }
    }

    /// A session has ended.
    func close(session: String, isDelivered: Bool) {
        let now = now()
        state.withLock { state in
            state.receivers[session] = nil
            if isDelivered { state.delivered.append((session, now)) }
        }
    }

    /// Forgets sessions whose clients have had time to ask once more.
    private func forgetDelivered(at now: Int) async throws(SpoolError) {
        let grace = Int(rules.grace / .milliseconds(1))
        let over = state.withLock { state in
            let count = state.delivered.prefix { $0.time + grace <= now }.count
            defer { state.delivered.removeFirst(count) }
            return state.delivered.prefix(count).map(\.session)
        }
        for session in over { try await store.forget(session: session) }
    }
}
