import CoreMetrics
import NIOCore
import Sessions
import Synchronization

/// A session that its client may come back to.
struct ResumableSession: Sendable {
    /// Whose it is: the name of the key; `nil` on an open server.
    let owner: String?
    /// What the session's protocol is called.
    let dialect: String
    private let endpoint: NIOLoopBoundBox<SessionEndpoint?>
    private let eventLoop: any EventLoop

    init(owner: String?, dialect: String, endpoint: NIOLoopBoundBox<SessionEndpoint?>, on eventLoop: any EventLoop) {
        self.owner = owner
        self.dialect = dialect
        self.endpoint = endpoint
        self.eventLoop = eventLoop
    }

    /// Calls `action` on the session's event loop, with `nil` once the session has ended.
    func perform(_ action: @escaping @Sendable (SessionEndpoint?) -> Void) {
        eventLoop.execute { [endpoint] in action(endpoint.value) }
    }

    /// The same, and waits for what `action` returns.
    func ask<Answer: Sendable>(_ action: @escaping @Sendable (SessionEndpoint?) -> Answer) async throws -> Answer {
        try await eventLoop.submit { [endpoint] in action(endpoint.value) }.get()
    }
}

/// The sessions that clients may come back to, by their tokens.
final class ResumableSessions: Sendable {
    private struct State {
        var sessions: [String: ResumableSession] = [:]
        /// Tokens of those without a client, in the order in which they lost it.
        var waiting: [String] = []
    }

    /// How long a session waits for its client; zero where none does.
    let window: Duration
    private let metrics: ResumeMetrics
    private let state = Mutex(State())

    init(window: Duration, metrics: ResumeMetrics) {
        self.window = window
        self.metrics = metrics
    }

    /// The session of a token, if it is this owner's and speaks this protocol.
    func find(_ token: String, owner: String?, dialect: String) -> ResumableSession? {
        guard let session = state.withLock({ $0.sessions[token] }) else { return nil }
        return session.owner == owner && session.dialect == dialect ? session : nil
    }

    func add(_ session: ResumableSession, token: String) {
        state.withLock { $0.sessions[token] = session }
    }

    /// The session has ended.
    func remove(_ token: String) {
        state.withLock { state in
            state.sessions[token] = nil
            state.waiting.removeAll { $0 == token }
        }
        report()
    }

    /// The session has lost its client.
    func wait(_ token: String) {
        state.withLock { state in
            state.waiting.removeAll { $0 == token }
            state.waiting.append(token)
        }
        report()
    }

    /// The session's client is back.
    func resumed(_ token: String) {
        state.withLock { state in state.waiting.removeAll { $0 == token } }
        metrics.resumed.increment()
        report()
    }

    /// The session's client did not come back in time.
    func expired() { metrics.expired.increment() }

    /// Ends the session that has been without a client for the longest time, as its place is needed.
    ///
    /// - Returns: Whether there was one.
    func makeRoom() async -> Bool {
        let session = state.withLock { state in state.waiting.first.flatMap { state.sessions[$0] } }
        guard let session else { return false }
        let hasEnded = try? await session.ask { endpoint in endpoint?.giveUpWaiting() ?? false }
        return hasEnded == true
    }

    private func report() { metrics.waiting.set(state.withLock(\.waiting.count)) }
}
