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
        // Neither the square of 16 bits nor the sum of 2^33 of them overflows; unchecked, the loop is made of vectors.
        let sum = frame.withUnsafeBufferPointer { frame in
            frame.reduce(into: UInt64(0)) { $0 &+= UInt64(UInt32(bitPattern: Int32($1) &* Int32($1))) }
        }
        return Float(sum) / Float(max(frame.count, 1))
    }
}
