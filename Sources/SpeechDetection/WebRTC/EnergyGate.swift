/// Opens for frames that are louder than the quietest moment of the last seconds.
///
/// The level is the energy of the frames, smoothed over about 50 ms. Speech swings by far more than the margin; hum, fans
/// and hiss do not. Margin and lengths were chosen on labelled speech in noise (`docs/segmentation.md`).
struct EnergyGate {
    /// How far above the floor the level must be, in dB.
    private static let margin: Float = 2
    /// Frames of 20 ms that the floor looks back over: 4 s.
    private static let memory = 200
    /// The weight of a new frame of 20 ms in a mean that forgets with a time constant of 50 ms: 1 - exp(-20/50).
    private static let weight: Float = 0.33

    private var energy: Float?
    private var levels: [Float] = []
    private var oldest = 0

    /// Takes the next frame and says whether it may be speech.
    mutating func isOpen(_ frame: Span<Int16>) -> Bool {
        let mean = FrameEnergy.meanSquare(frame)
        let smoothed = energy.map { $0 + Self.weight * (mean - $0) } ?? mean
        energy = smoothed
        let level = FrameEnergy.level(meanSquare: smoothed)
        remember(level)
        return level >= (levels.min() ?? level) + Self.margin
    }

    private mutating func remember(_ level: Float) {
        if levels.count < Self.memory {
            levels.append(level)
        } else {
            levels[oldest] = level
            oldest = (oldest + 1) % Self.memory
        }
    }
}
