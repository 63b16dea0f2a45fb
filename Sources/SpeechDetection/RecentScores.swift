/// The scores of the last frames, as many as the mean is taken over.
struct RecentScores: Sendable {
    private var scores: [Float] = []
    private var next = 0
    /// Frames that the mean covers; those that have not come yet count as silent.
    let capacity: Int

    init(count: Int) {
        capacity = count
        scores.reserveCapacity(count)
    }

    /// Whether a frame alone counts as speech.
    static func isVoiced(_ score: Float) -> Bool { score >= 0.5 }

    var mean: Float { scores.reduce(0, +) / Float(capacity) }

    var hasVoice: Bool { scores.contains(where: Self.isVoiced) }

    /// Frames from the first voiced one to the newest, both counted; 0 when none is voiced.
    var sinceFirstVoiced: Int {
        for age in stride(from: scores.count, to: 0, by: -1) where Self.isVoiced(score(ofAge: age)) { return age }
        return 0
    }

    mutating func append(_ score: Float) {
        if scores.count < capacity { scores.append(score) } else { scores[next] = score }
        next = (next + 1) % capacity
    }

    mutating func clear() {
        scores.removeAll(keepingCapacity: true)
        next = 0
    }

    /// The score that is `age` frames old, 1 being the newest.
    private func score(ofAge age: Int) -> Float { scores[(next - age + 2 * capacity) % capacity] }
}
