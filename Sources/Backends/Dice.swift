/// Random numbers of a value that must be the same for the same seed: SplitMix64 (Steele, Lea and Flood, 2014).
public struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 to less than 1.
    mutating func roll() -> Double { Double.random(in: 0..<1, using: &self) }
}

extension Duration {
    /// The length in seconds.
    var seconds: Double { self / .seconds(1) }
}
