/// Says whether someone who pauses has finished.
///
/// It is asked when a detector has heard real speech and then a pause: what a model says of silence or noise alone means
/// nothing.
public protocol EndOfTurnModel: Sendable {
    /// How likely it is that the turn is over: 0, the speaker goes on, to 1, the speaker has finished.
    ///
    /// Never blocks the caller: it waits for a thread of the model.
    ///
    /// - Parameter audio: Of the turn, at `SampleClock.rate`, with what is before the speech and the pause after it. A
    ///   model may use the last seconds only.
    /// - Returns: `nil` when the task was cancelled or the model failed.
    func probabilityOfEnd(of audio: [Int16]) async -> Float?
}
