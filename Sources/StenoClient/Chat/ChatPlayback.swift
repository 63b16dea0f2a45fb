/// The bot's speech on its way to the loudspeaker, and how much of it was handed over.
///
/// The clock of the playback is that count: time in which nothing could be played does not move it.
struct ChatPlayback {
    /// How far an item had come when the user spoke.
    struct Cut: Equatable {
        var item: String
        var milliseconds: Int
    }

    private struct Speech {
        var item: String
        var samples: [Int16] = []
        /// Samples that were handed over.
        var played = 0
        /// Whether all of its samples are there.
        var isComplete = false

        var isPlayed: Bool { isComplete && played == samples.count }
    }

    let sampleRate: Int
    private var queue: [Speech] = []
    /// Items that were interrupted; what still comes of them is dropped.
    private var dropped: Set<String> = []

    init(sampleRate: Int) {
        self.sampleRate = sampleRate
    }

    /// Whether nothing is being played, nor to be expected of what has begun.
    var isEmpty: Bool { queue.isEmpty }

    mutating func append(_ samples: [Int16], item: String) {
        guard !dropped.contains(item) else { return }
        queue[place(of: item)].samples += samples
    }

    /// All the samples of the item have come.
    mutating func complete(item: String) {
        guard !dropped.contains(item), let place = queue.firstIndex(where: { $0.item == item }) else { return }
        queue[place].isComplete = true
        removePlayed()
    }

    /// Nothing more comes for any item.
    mutating func completeAll() {
        for place in queue.indices { queue[place].isComplete = true }
        removePlayed()
    }

    /// Hands over at most `count` samples; fewer, or none, when no more are there.
    mutating func take(_ count: Int) -> [Int16] {
        guard let place = queue.firstIndex(where: { $0.played < $0.samples.count }) else { return [] }
        let start = queue[place].played
        let end = min(start + count, queue[place].samples.count)
        let piece = Array(queue[place].samples[start..<end])
        queue[place].played = end
        removePlayed()
        return piece
    }

    /// Drops what waits.
    ///
    /// Returns how much was played of each item that is cut; one of which nothing was played counts with 0.
    mutating func interrupt() -> [Cut] {
        let cuts = queue.map { Cut(item: $0.item, milliseconds: $0.played * 1_000 / sampleRate) }
        dropped.formUnion(queue.map(\.item))
        queue = []
        return cuts
    }

    private mutating func place(of item: String) -> Int {
        if let place = queue.firstIndex(where: { $0.item == item }) { return place }
        queue.append(Speech(item: item))
        return queue.count - 1
    }

    private mutating func removePlayed() {
        queue.removeAll { $0.isPlayed }
    }
}
