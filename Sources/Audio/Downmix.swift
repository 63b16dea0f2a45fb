/// Mixes the channels of a recording to one: their mean, or the loudest one where they cancel each other out.
///
/// A channel that was recorded in opposite phase makes silence of the mean. Each block of 100 ms is judged by itself,
/// because often only a part of a recording is like that, and because a recording that is still being read has no end
/// to wait for. Where the judgement changes, one mix fades into the other.
public struct Downmix: Sendable {
    /// What a block is made of.
    private enum Mix: Equatable {
        case mean
        case channel(Int)
    }

    /// The mean is far quieter than a channel when it has less than this part of its power (13 dB).
    private static let leastPower = 0.05

    private let channels: Int
    /// Samples of a block, all channels counted.
    private let blockLength: Int
    /// Frames in which one mix becomes another: 10 ms.
    private let fadeLength: Int
    private var mix = Mix.mean
    private var pending: [Int16] = []

    /// - Parameter rate: Frames per second, one sample of every channel each.
    public init(channels: Int, rate: Int) {
        self.channels = channels
        blockLength = max(1, rate / 10) * channels
        fadeLength = max(1, rate / 100)
    }

    /// Takes the next samples, channel by channel, and appends what can be mixed.
    public mutating func append(_ samples: [Int16], to mono: inout [Int16]) {
        guard channels > 1 else { return mono += samples }
        pending += samples
        var start = 0
        while pending.count - start >= blockLength {
            mixBlock(start..<start + blockLength, to: &mono)
            start += blockLength
        }
        pending.removeFirst(start)
    }

    /// Appends the rest; a frame that is not whole is left out.
    public mutating func finish(into mono: inout [Int16]) {
        let whole = pending.count / channels * channels
        if whole > 0 { mixBlock(0..<whole, to: &mono) }
        pending = []
    }

    private mutating func mixBlock(_ range: Range<Int>, to mono: inout [Int16]) {
        let before = mix
        pending.withUnsafeBufferPointer { pending in
            let block = UnsafeBufferPointer(rebasing: pending[range])
            mix = judge(block)
            for frame in 0..<block.count / channels {
                let sample = self.sample(block, frame: frame, mix: mix)
                guard mix != before, frame < fadeLength else {
                    mono.append(Int16(sample))
                    continue
                }
                let old = self.sample(block, frame: frame, mix: before)
                mono.append(Int16(old + (sample - old) * frame / fadeLength))
            }
        }
    }

    private func judge(_ block: UnsafeBufferPointer<Int16>) -> Mix {
        var powers = [Int](repeating: 0, count: channels)
        var meanPower = 0
        for start in stride(from: 0, to: block.count, by: channels) {
            var sum = 0
            for channel in 0..<channels {
                let sample = Int(block[start + channel])
                sum += sample
                powers[channel] += sample * sample
            }
            let mean = sum / channels
            meanPower += mean * mean
        }

        guard let loudest = powers.max(), Double(meanPower) < Self.leastPower * Double(loudest) else { return .mean }

        // Two channels of one loudness must not take turns.
        if case .channel(let channel) = mix, 2 * powers[channel] >= loudest { return mix }
        return powers.firstIndex(of: loudest).map { .channel($0) } ?? .mean
    }

    private func sample(_ block: UnsafeBufferPointer<Int16>, frame: Int, mix: Mix) -> Int {
        switch mix {
        case .channel(let channel): return Int(block[frame * channels + channel])
        case .mean:
            var sum = 0
            for channel in 0..<channels { sum += Int(block[frame * channels + channel]) }
            return sum / channels
        }
    }
}
