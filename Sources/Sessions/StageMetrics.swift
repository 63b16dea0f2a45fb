public import CoreMetrics
import Metrics

/// Where the time of an utterance, and of an answer to it, goes: one histogram with a label for the stage.
public struct StageMetrics: Sendable {
    public enum Stage: String, CaseIterable, Sendable {
        /// The input of a session stands still, as the session has as much to do as it may hold.
        case receive
        /// From the end of speech to the cut, in time of the audio: the hangover and what the detector needs.
        case detect
        /// The wait for a place with an engine or a backend.
        case queue
        /// The engine at work, retries included.
        case backend
        /// A finished transcript waits for one before it.
        case order
        /// From a transcript that may be told until the kernel has taken it.
        case send
        /// From a question to the language model to the first of its answer.
        case firstToken = "first_token"
        /// From a text to be spoken to the first of its samples.
        case firstSample = "first_sample"
    }

    private let timers: [Stage: Timer]

    public init(factory: any MetricsFactory) {
        let timers = Stage.allCases.map { stage in
            (
                stage,
                Timer(
                    label: "steno_stage_duration_seconds",
                    dimensions: [("stage", stage.rawValue)],
                    preferredDisplayUnit: .seconds,
                    factory: factory
                )
            )
        }
        self.timers = Dictionary(uniqueKeysWithValues: timers)
    }

    public func record(_ stage: Stage, _ time: Duration) { timers[stage]?.record(duration: time) }
}
