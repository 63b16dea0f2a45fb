public import Chat
import GRDB
import Synchronization

/// Has a language model write summaries and facts in the background, one instance after the other.
///
/// Nobody waits for it. When the model fails, or the memory has changed meanwhile, everything stays as it was, and the next
/// turn is the next occasion.
public final class MemoryKeeper: Sendable {
    /// What became of a memory, for the log: ids and lengths only.
    public enum Outcome: Equatable, Sendable {
        case stored(instance: String, messages: Int, facts: Int)
        /// Somebody changed or deleted it meanwhile.
        case outdated(instance: String)
        /// The model's answer holds no summary.
        case unusable(instance: String)
        case failed(instance: String, String)
    }

    private struct Job: Hashable {
        var instance: String
        var owner: CharacterOwner
    }

    /// Instances that may wait; the one that waits longest makes room.
    private static let capacity = 1_000
    /// Messages that one summary is made of, at most.
    private static let maximumMessages = 200

    private let store: CharacterStore
    private let model: (any LanguageModel)?
    private let report: @Sendable (Outcome) -> Void
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation
    /// Whether the session of a waiting instance has ended.
    private let waiting = Mutex<[Job: Bool]>([:])

    /// - Parameter model: `nil` keeps no summaries.
    public init(
        store: CharacterStore,
        model: (any LanguageModel)?,
        report: @escaping @Sendable (Outcome) -> Void = { _ in }
    ) {
        self.store = store
        self.model = model
        self.report = report
        (jobs, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.capacity))
    }

    /// Says that something was said; returns at once.
    ///
    /// - Parameter sessionEnded: Whether the conversation is over for now, so that all of it is summarised.
    public func review(instance: String, owner: CharacterOwner, sessionEnded: Bool = false) {
        guard model != nil else { return }
        let job = Job(instance: instance, owner: owner)
        waiting.withLock { waiting in
            let isNew = waiting[job] == nil
            waiting[job] = waiting[job] == true || sessionEnded
            guard isNew, case .dropped(let oldest) = queue.yield(job) else { return }
            waiting[oldest] = nil
        }
    }

    /// Instances that wait, at most a thousand.
    public var waitingCount: Int { waiting.withLock(\.count) }

    /// Works until the task is cancelled.
    public func run() async {
        for await job in jobs {
            let sessionEnded = waiting.withLock { $0.removeValue(forKey: job) } ?? false
            if let outcome = await update(job.instance, job.owner, sessionEnded: sessionEnded) { report(outcome) }
        }
    }

    /// Brings the memory of an instance up to date where that is due; `nil` where it is not.
    func update(_ instance: String, _ owner: CharacterOwner, sessionEnded: Bool) async -> Outcome? {
        do {
            guard let model, let material = try await material(instance, owner: owner, sessionEnded: sessionEnded)
            else {
                return nil
            }
            let answer = try await ReplyText.collect(material.prompt.request, from: model, atMost: 16 << 10)
            guard let digest = DigestPrompt.read(answer), let last = material.prompt.messages.last else {
                return .unusable(instance: instance)
            }
            let isStored = try await store.store(
                digest,
                of: instance,
                seen: material.memoryVersion,
                upTo: last.sequence,
                source: material.prompt.messages.last { $0.role == .user }?.id
            )
            guard isStored else { return .outdated(instance: instance) }
            let (messages, facts) = (material.prompt.messages.count, digest.facts.count)
            return .stored(instance: instance, messages: messages, facts: facts)
        } catch CharacterError.notFound {
            return .outdated(instance: instance)
        } catch {
            return .failed(instance: instance, (error as? CharacterError)?.detail ?? "\(error)")
        }
    }

    private struct Material {
        var prompt: DigestPrompt
        var memoryVersion: Int
    }

    private func material(
        _ id: String,
        owner: CharacterOwner,
        sessionEnded: Bool
    ) async throws(CharacterError) -> Material? {
        try await store.read { database in
            let instance = try CharacterStore.instance(id, owner, in: database)
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT * FROM messages WHERE instance = ? AND seq > ? AND role <> 'tool' ORDER BY seq LIMIT ?",
                arguments: [id, instance.summaryUpTo, Self.maximumMessages]
            )
            let due = MemoryRule.due(rows.map(CharacterMessage.init(row:)), sessionEnded: sessionEnded)
            if due.isEmpty { return nil }
            let card = try CharacterStore.character(instance.character, owner, in: database).card
            let prompt = DigestPrompt(
                character: card.name,
                user: instance.userName ?? "the user",
                summary: instance.summary,
                facts: try CharacterStore.facts(of: id, in: database),
                messages: Array(due)
            )
            return Material(prompt: prompt, memoryVersion: instance.memoryVersion)
        }
    }
}
