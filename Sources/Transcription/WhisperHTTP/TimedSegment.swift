/// A segment as a backend gives it; figures that it left out are `nil`.
struct TimedSegment: Equatable {
    /// Without white space at either end; never empty.
    var text: String
    /// In the backend's unit, which is seconds almost everywhere.
    var start: Double
    var end: Double
    var averageLogProbability: Double?
    var compressionRatio: Double?
    var noSpeechProbability: Double?
    var temperature: Double?
    var tokens: [Int] = []
}
