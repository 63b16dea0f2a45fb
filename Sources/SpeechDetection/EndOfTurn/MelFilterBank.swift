import Glibc

/// Triangular filters, evenly spaced on Slaney's mel scale, each of the same area.
///
/// Source: M. Slaney, "Auditory Toolbox", Interval Research technical report 1998-010: the scale is linear up to 1 kHz,
/// and logarithmic above.
struct MelFilterBank: Sendable {
    static let bands = 80

    /// A filter, as far as it is not zero.
    struct Filter: Sendable {
        var firstBin: Int
        var weights: [Float]
    }

    let filters: [Filter]

    init() {
        let highest = Double(FrameSpectra.rate) / 2
        let step = Self.mel(hertz: highest) / Double(Self.bands + 1)
        let corners = (0..<Self.bands + 2).map { Self.hertz(mel: step * Double($0)) }
        let bins = (0..<FrameSpectra.bins).map { highest * Double($0) / Double(FrameSpectra.bins - 1) }
        filters = (0..<Self.bands).map { band in
            let (low, middle, high) = (corners[band], corners[band + 1], corners[band + 2])
            let weights = bins.map { bin in
                let height = min((bin - low) / (middle - low), (high - bin) / (high - middle))
                return Float(max(0, height) * 2 / (high - low))
            }
            let first = weights.firstIndex { $0 > 0 } ?? 0
            let end = (weights.lastIndex { $0 > 0 } ?? -1) + 1
            return Filter(firstBin: first, weights: Array(weights[min(first, end)..<end]))
        }
    }

    /// The energies of a band in eight spectra.
    func energies(_ band: Int, _ power: UnsafePointer<FrameSpectra.Lanes>) -> FrameSpectra.Lanes {
        let filter = filters[band]
        var sum = FrameSpectra.Lanes.zero
        for (index, weight) in filter.weights.enumerated() { sum += power[filter.firstBin + index] * weight }
        return sum
    }

    private static let linearEnd = 1_000.0
    private static let hertzPerMel = 200.0 / 3
    /// What one mel is in the logarithm of the frequency: 27 of them lie between 1 kHz and 6.4 kHz.
    private static let logarithmPerMel = log(6.4) / 27

    private static func mel(hertz: Double) -> Double {
        if hertz < linearEnd { return hertz / hertzPerMel }
        return linearEnd / hertzPerMel + log(hertz / linearEnd) / logarithmPerMel
    }

    private static func hertz(mel: Double) -> Double {
        let linear = linearEnd / hertzPerMel
        return mel < linear ? mel * hertzPerMel : linearEnd * exp((mel - linear) * logarithmPerMel)
    }
}
