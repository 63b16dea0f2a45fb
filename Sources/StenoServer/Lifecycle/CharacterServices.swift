import Characters
import Logging
import ServiceLifecycle

/// Has summaries and facts written in the background, until the server stops.
struct MemoryService: Service {
    let keeper: MemoryKeeper

    func run() async throws {
        await cancelWhenGracefulShutdown { await keeper.run() }
        try await gracefulShutdown()
    }
}

/// Deletes messages that are older than they may be, at the start and every hour.
struct RetentionService: Service {
    static let interval = Duration.seconds(3_600)

    let store: CharacterStore
    var clock: any Clock<Duration> = ContinuousClock()
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat { await deleteExpired() } while (try? await clock.sleep(for: Self.interval)) != nil
        }
        try await gracefulShutdown()
    }

    private func deleteExpired() async {
        do throws(CharacterError) {
            let count = try await store.deleteExpiredMessages()
            if count > 0 { logger.info("Deleted messages that had expired", metadata: ["steno.messages": "\(count)"]) }
        } catch {
            let reason = error.detail ?? "\(error)"
            logger.error("Messages that have expired were not deleted", metadata: ["error": "\(reason)"])
        }
    }
}

extension MemoryKeeper.Outcome {
    /// Writes it to the log: ids and lengths, no words.
    func log(to logger: Logger) {
        switch self {
        case .stored(let instance, let messages, let facts):
            logger.debug(
                "Memory written",
                metadata: [
                    "steno.instance": "\(instance)", "steno.messages": "\(messages)", "steno.facts": "\(facts)",
                ]
            )
        case .outdated(let instance):
            logger.debug("Memory changed meanwhile; not written", metadata: ["steno.instance": "\(instance)"])
        case .unusable(let instance):
            logger.warning("The language model wrote no summary", metadata: ["steno.instance": "\(instance)"])
        case .failed(let instance, let reason):
            logger.warning("Memory not written", metadata: ["steno.instance": "\(instance)", "error": "\(reason)"])
        }
    }
}
