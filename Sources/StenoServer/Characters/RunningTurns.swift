import HTTPTypes
import Synchronization

/// Instances that are answering now: one message at a time each, so that the order of what was said is certain.
final class RunningTurns: Sendable {
    private let instances = Mutex<Set<String>>([])

    /// The right to answer for an instance, given back with this.
    final class Turn: Sendable {
        private let instance: String
        private let turns: RunningTurns

        fileprivate init(_ instance: String, _ turns: RunningTurns) {
            self.instance = instance
            self.turns = turns
        }

        deinit { turns.instances.withLock { _ = $0.remove(instance) } }
    }

    /// - Throws: `APIError` while another message is being answered.
    func begin(_ instance: String) throws(APIError) -> Turn {
        guard instances.withLock({ $0.insert(instance).inserted }) else {
            let message = "Another message to this instance is being answered. Send this one when its answer is there."
            throw APIError(.conflict, message, code: "turn_in_progress")
        }
        return Turn(instance, self)
    }
}
