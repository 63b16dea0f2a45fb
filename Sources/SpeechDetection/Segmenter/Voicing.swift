/// Tells frame by frame how much of a voice there is, from the scores of the last frames.
///
/// Hysteresis: a voice that has begun needs less to go on than one that begins. For detectors whose scores are 0 or 1 the
/// mean over `TurnDetection.smoothing` makes a scale of them; for those that give probabilities the mean covers one frame.
struct Voicing: Sendable {
    /// What a frame is, in rising order.
    enum Voice: Int, Comparable, Sendable {
        case silent
        /// The frame sounds like speech, but too few around it do: nothing begins here, and nothing ends.
        case faint
        /// Speech that has begun goes on.
        case voiced
        /// Speech may begin.
        case strong

        static func < (one: Voice, other: Voice) -> Bool { one.rawValue < other.rawValue }
    }

    private var scores: [Float] = []
    private var next = 0
    /// Frames that the mean covers; those that have not come yet count as silent.
    let capacity: Int

    init(frames: Int) {
        capacity = max(1, frames)
        scores.reserveCapacity(capacity)
    }

    /// Takes the next frame's score.
    mutating func advance(_ score: Float, _ rules: TurnDetection) -> Voice {
        if scores.count < capacity { scores.append(score) } else { scores[next] = score }
        next = (next + 1) % capacity
        guard score >= rules.exitThreshold else { return .silent }
        let mean = scores.reduce(0, +) / Float(capacity)
        guard mean >= rules.exitThreshold else { return .faint }
        return mean >= rules.threshold ? .strong : .voiced
    }

    /// Frames from the first that sounds like speech to the newest, both counted; 0 when none does.
    func sinceFirstVoice(_ rules: TurnDetection) -> Int {
        (1...capacity).last { $0 <= scores.count && score(ofAge: $0) >= rules.exitThreshold } ?? 0
    }

    /// Frames that sound like speech.
    func voicedFrames(_ rules: TurnDetection) -> Int { scores.count { $0 >= rules.exitThreshold } }

    mutating func clear() {
        scores.removeAll(keepingCapacity: true)
        next = 0
    }

    /// The score that is `age` frames old, 1 being the newest.
    private func score(ofAge age: Int) -> Float { scores[(next - age + 2 * capacity) % capacity] }
}
