/// Shortens the silence with which an engine begins and ends a piece, so that pieces follow each other as in speech.
///
/// Up to a quarter of a second stays on both sides. A value: audio goes in as it is made, and comes out except for
/// silence that may be the last.
struct SilenceTrimmer: Sendable {
    /// Samples of silence that stay.
    private let kept: Int
    private var silence: [Int16] = []
    private var hasSounded = false

    /// What engines still call silence: 44 dB below full scale.
    private static let loudestSilence = 200

    init(rate: Int) { kept = rate / 4 }

    /// Takes samples, and gives those that are not part of a silence that may be too long.
    mutating func take(_ samples: some Collection<Int16>) -> [Int16] {
        silence.append(contentsOf: samples)
        guard let last = silence.lastIndex(where: Self.isSound) else { return [] }
        var first = 0
        if !hasSounded, let sound = silence.firstIndex(where: Self.isSound) { first = max(0, sound - kept) }
        hasSounded = true
        defer { silence.removeFirst(last + 1) }
        return Array(silence[first...last])
    }

    /// No samples follow: gives what is kept of the silence at the end.
    mutating func finish() -> [Int16] {
        defer { silence = [] }
        return hasSounded ? Array(silence.prefix(kept)) : []
    }

    private static func isSound(_ sample: Int16) -> Bool { abs(Int(sample)) > loudestSilence }
}
