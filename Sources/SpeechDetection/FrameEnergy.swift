import Glibc

/// How loud a frame is.
public enum FrameEnergy {
    /// The mean square in dB above one step of quantisation: 0 for digital silence, about 90 at full scale.
    public static func level(_ frame: Span<Int16>) -> Float {
        guard !frame.isEmpty else { return 0 }
        return level(meanSquare: meanSquare(frame))
    }

    /// One step is the least there is to measure, so digital silence has a level too.
    static func level(meanSquare: Float) -> Float { 10 * log10(meanSquare + 1) }

    static func meanSquare(_ frame: Span<Int16>) -> Float {
        var sum: Int64 = 0
        for index in frame.indices { sum += Int64(Int32(frame[index]) * Int32(frame[index])) }
        return Float(sum) / Float(max(frame.count, 1))
    }
}
