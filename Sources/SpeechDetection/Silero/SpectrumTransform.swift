import Glibc

/// The magnitudes of the four short-time spectra of a frame, all four at once, one to a lane.
///
/// What the network has as a convolution with 258 filters is the discrete Fourier transform under a Hann window. As the
/// samples are real, a complex transform of half the length gives it: even samples are real parts, odd ones imaginary.
struct SpectrumTransform: Sendable {
    /// Samples in a spectrum's window.
    static let window = 256
    /// Samples from one window to the next.
    static let hop = 128
    /// Frequencies in a spectrum.
    static let bins = 129
    /// Samples that the four windows cover.
    static let samples = 640

    typealias Lanes = SIMD4<Float>

    private static let half = window / 2

    private let hann: [Float]
    /// Real and imaginary parts of e to the power of -2πi k/256.
    private let cosines: [Float]
    private let sines: [Float]

    init() {
        let angles = (0..<Self.window).map { 2 * Double.pi * Double($0) / Double(Self.window) }
        hann = angles.map { Float(0.5 - 0.5 * cos($0)) }
        cosines = angles.map { Float(cos($0)) }
        sines = angles.map { Float(-sin($0)) }
    }

    /// What the filter of `channel` holds for `sample`: 129 cosines, then 129 sines.
    static func filter(channel: Int, sample: Int) -> Float {
        let angle = 2 * Double.pi / Double(window)
        let hann = 0.5 - 0.5 * cos(angle * Double(sample))
        let phase = angle * Double(channel % bins * sample % window)
        return Float(hann * (channel < bins ? cos(phase) : -sin(phase)))
    }

    /// Writes four spectra of 129 magnitudes, one after the other.
    ///
    /// - Parameters:
    ///   - samples: `samples` of them.
    ///   - spectra: Room for 4 times 129 floats.
    func magnitudes(_ samples: UnsafePointer<Float>, into spectra: UnsafeMutablePointer<Float>) {
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 4 * Self.half) { space in
            guard var from = space.baseAddress else { return }
            var to = from + 2 * Self.half
            window(samples, into: from)
            var length = Self.half
            var stride = 1
            while length > 1 {
                butterflies(length: length, stride: stride, from: from, to: to)
                (from, to) = (to, from)
                length /= 2
                stride *= 2
            }
            separate(from, into: spectra)
        }
    }

    /// The windowed samples as complex numbers: real parts in the first half, imaginary parts in the second.
    private func window(_ samples: UnsafePointer<Float>, into numbers: UnsafeMutablePointer<Lanes>) {
        hann.withUnsafeBufferPointer { hann in
            for index in 0..<Self.window {
                let sample = samples + index
                let lanes = Lanes(sample[0], sample[Self.hop], sample[2 * Self.hop], sample[3 * Self.hop])
                numbers[index % 2 * Self.half + index / 2] = lanes * hann[index]
            }
        }
    }

    /// One stage of a transform after Stockham: it sorts as it goes, so nothing has to be put in order at the end.
    private func butterflies(
        length: Int,
        stride: Int,
        from: UnsafeMutablePointer<Lanes>,
        to: UnsafeMutablePointer<Lanes>
    ) {
        let middle = length / 2
        let (fromImaginary, toImaginary) = (from + Self.half, to + Self.half)
        for pair in 0..<middle {
            let (cosine, sine) = (cosines[pair * 2 * stride], sines[pair * 2 * stride])
            for offset in 0..<stride {
                let (first, second) = (offset + stride * pair, offset + stride * (pair + middle))
                let out = offset + stride * 2 * pair
                let real = from[first] - from[second]
                let imaginary = fromImaginary[first] - fromImaginary[second]
                to[out] = from[first] + from[second]
                toImaginary[out] = fromImaginary[first] + fromImaginary[second]
                to[out + stride] = real * cosine - imaginary * sine
                toImaginary[out + stride] = real * sine + imaginary * cosine
            }
        }
    }

    /// Takes the spectrum of the real samples out of the transform of the complex ones, as magnitudes.
    private func separate(_ real: UnsafeMutablePointer<Lanes>, into spectra: UnsafeMutablePointer<Float>) {
        let imaginary = real + Self.half
        for bin in 0..<Self.bins {
            let (near, far) = (bin % Self.half, (Self.half - bin) % Self.half)
            let evenReal = 0.5 * (real[near] + real[far])
            let evenImaginary = 0.5 * (imaginary[near] - imaginary[far])
            let oddReal = 0.5 * (imaginary[near] + imaginary[far])
            let oddImaginary = 0.5 * (real[far] - real[near])
            let a = evenReal + oddReal * cosines[bin] - oddImaginary * sines[bin]
            let b = evenImaginary + oddReal * sines[bin] + oddImaginary * cosines[bin]
            let magnitude = (a * a + b * b).squareRoot()
            for lane in 0..<4 { spectra[lane * Self.bins + bin] = magnitude[lane] }
        }
    }
}
