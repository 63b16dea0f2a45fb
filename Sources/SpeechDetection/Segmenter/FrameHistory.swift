/// The last frames of a stream, by their age: 1 is the newest.
///
/// It holds more than any rule looks back over, so that a late decision can still be dated correctly.
struct FrameHistory: Sendable {
    /// What is known of one frame.
    struct Frame: Equatable, Sendable {
        /// The detector's score, 0 to 1.
        var score: Float
        /// As `FrameEnergy.level`, in dB.
        var level: Float
    }

    private var frames: [Frame] = []
    private var next = 0
    /// The most frames that are held.
    let capacity: Int

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Frames that are held now.
    var count: Int { frames.count }

    /// The frame of that age, which is at most `count`.
    subscript(age: Int) -> Frame {
        precondition(age >= 1 && age <= frames.count, "A frame of age \(age) is not held")
        let index = next - age
        return frames[index < 0 ? index + frames.count : index]
    }

    mutating func append(_ frame: Frame) {
        if frames.count < capacity { frames.append(frame) } else { frames[next % capacity] = frame }
        next = next % capacity + 1
    }

    /// Forgets all frames, as when the next one does not follow them.
    mutating func clear() {
        frames.removeAll(keepingCapacity: true)
        next = 0
    }
}
