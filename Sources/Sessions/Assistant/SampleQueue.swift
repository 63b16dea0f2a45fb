import DequeModule

/// Samples that wait to be sent, in the pieces in which they came: none is copied before it goes, and none is kept after.
struct SampleQueue {
    private var pieces = Deque<[Int16]>()
    /// Samples of the first piece that have gone.
    private var gone = 0
    private(set) var count = 0

    mutating func append(_ piece: [Int16]) {
        guard !piece.isEmpty else { return }
        pieces.append(piece)
        count += piece.count
    }

    /// Appends all of another queue.
    mutating func append(_ other: SampleQueue) {
        var other = other
        if other.gone > 0, !other.pieces.isEmpty {
            other.pieces[0].removeFirst(other.gone)
        }
        pieces += other.pieces
        count += other.count
    }

    /// Takes the oldest samples.
    ///
    /// - Parameter length: How many, of those that are there.
    mutating func take(_ length: Int) -> [Int16] {
        precondition((0...count).contains(length), "There are \(count) samples, not \(length)")
        var taken: [Int16] = []
        taken.reserveCapacity(length)
        while taken.count < length {
            let end = min(gone + length - taken.count, pieces[0].count)
            taken += pieces[0][gone..<end]
            gone = end
            guard gone == pieces[0].count else { break }
            pieces.removeFirst()
            gone = 0
        }

        count -= length
        return taken
    }
}
