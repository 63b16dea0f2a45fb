/// The network's smooth functions, on sixteen values at a time, to within 2e-7.
enum Activation {
    typealias Vector = SIMD16<Float>

    static func rectified(_ x: Vector) -> Vector { x.replacing(with: 0, where: x .< 0) }

    static func sigmoid(_ x: Vector) -> Vector { 1 / (1 + exponential(-x)) }

    static func tanh(_ x: Vector) -> Vector { 2 * sigmoid(2 * x) - 1 }

    /// e to the power of each value, the values being bounded to ±32.
    ///
    /// Beyond, it makes no difference to `sigmoid`, but products would be too small for their exponent, which slows
    /// processors down a hundredfold.
    ///
    /// 2ⁿ times e to the power of the rest, which is at most half of ln 2 and goes into a polynomial of degree 6 (the
    /// coefficients of Cephes' `expf`).
    static func exponential(_ x: Vector) -> Vector {
        let bounded = x.replacing(with: -32, where: x .< -32).replacing(with: 32, where: x .> 32)

        // Adding 1.5 · 2²³ leaves the nearest whole number in the low bits, which SSE2 has no instruction to round to.
        let shifted = bounded * 1.442695 + 12_582_912
        let whole = shifted - 12_582_912
        let rest = bounded - whole * 0.6933594 + whole * 2.121_944_4e-4
        var sum = 1.987_569_15e-4 * rest + 1.398_199_95e-3
        sum = sum * rest + 8.333_452e-3
        sum = sum * rest + 4.166_579_6e-2
        sum = sum * rest + 0.166_666_65
        sum = sum * rest + 0.5
        sum = sum * rest * rest + rest + 1
        let exponent = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &+ 127
        return sum * unsafeBitCast(exponent &<< 23, to: Vector.self)
    }
}
