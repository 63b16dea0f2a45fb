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

    var mean: Float { scores.reduce(0, +) / Float(capacity) }

    /// Frames from the first that scores at least `voiced` to the newest, both counted; 0 when none does.
    func sinceFirst(_ voiced: Float) -> Int {
        for age in stride(from: scores.count, to: 0, by: -1) where score(ofAge: age) >= voiced { return age }
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
