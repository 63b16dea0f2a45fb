import Audio
import Glibc

/// What Smart Turn hears of a turn: 80 bands of the last 8 s, every 10 ms, as logarithms.
///
/// The features are those of Whisper (Radford et al., 2022), of audio that was brought to mean 0 and variance 1 before.
struct SpeechFeatures: Sendable {
    /// 8 s.
    static let samples = 8 * SampleClock.rate
    static let frames = samples / FrameSpectra.hop
    static let bands = MelFilterBank.bands

    /// Samples before the first that the first frame covers, and after the last: a mirror image.
    private static let padding = FrameSpectra.window / 2
    private static let floor: Float = 1e-10
    /// In powers of ten, from the loudest down.
    private static let range: Float = 8

    private let spectra = FrameSpectra()
    private let filters = MelFilterBank()

    /// The features of a turn's end, band after band.
    ///
    /// - Parameter audio: At `SampleClock.rate`; its last 8 s are used. What is shorter stands at the end of 8 s, behind
    ///   zeros: at the beginning it would sound to the model as if it had been followed by a long silence.
    func features(of audio: [Int16]) -> [Float] {
        let signal = Self.normalized(audio)
        var features = [Float](repeating: 0, count: Self.bands * Self.frames)
        withUnsafeTemporaryAllocation(of: FrameSpectra.Lanes.self, capacity: FrameSpectra.bins) { power in
            guard let power = power.baseAddress else { return }
            signal.withUnsafeBufferPointer { signal in
                guard let signal = signal.baseAddress else { return }
                for frame in stride(from: 0, to: Self.frames, by: FrameSpectra.Lanes.scalarCount) {
                    spectra.power(signal + frame * FrameSpectra.hop, into: power)
                    store(power, of: frame, in: &features)
                }
            }
        }
        Self.compress(&features)
        return features
    }

    private func store(_ power: UnsafePointer<FrameSpectra.Lanes>, of frame: Int, in features: inout [Float]) {
        for band in 0..<Self.bands {
            let energies = filters.energies(band, power)
            for lane in 0..<FrameSpectra.Lanes.scalarCount {
                features[band * Self.frames + frame + lane] = energies[lane]
            }
        }
    }

    /// Logarithms, limited to a range below the largest, of about -1 to 1.
    private static func compress(_ features: inout [Float]) {
        var largest = -Float.infinity
        for index in features.indices {
            features[index] = log10(max(floor, features[index]))
            largest = max(largest, features[index])
        }
        for index in features.indices { features[index] = (max(features[index], largest - range) + 4) / 4 }
    }

    /// The last 8 s with mean 0 and variance 1, zeros in front counted in, and the mirror image at both ends.
    static func normalized(_ audio: [Int16]) -> [Float] {
        let audio = audio.suffix(samples)
        var (sum, squares) = (0, 0)
        for sample in audio {
            sum += Int(sample)
            squares += Int(sample) * Int(sample)
        }

        let count = Double(samples)
        let mean = Double(sum) / count
        let variance = (Double(squares) / count - mean * mean) / (32_768 * 32_768)
        let scale = 1 / (32_768 * (variance + 1e-7).squareRoot())

        var signal = [Float](repeating: Float(-mean * scale), count: samples + 2 * padding)
        let start = padding + samples - audio.count
        for (index, sample) in audio.enumerated() { signal[start + index] = Float((Double(sample) - mean) * scale) }
        let last = padding + samples - 1
        for distance in 1...padding {
            signal[padding - distance] = signal[padding + distance]
            signal[last + distance] = signal[last - distance]
        }

        return signal
    }
}
