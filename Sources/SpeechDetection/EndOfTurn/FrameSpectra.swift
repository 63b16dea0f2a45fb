import Audio
import Glibc

/// The power spectra of eight frames at once, one to a lane.
///
/// A frame has 400 samples under a Hann window, 160 after the frame before. As the samples are real, a complex transform
/// of half the length gives the spectrum: even samples are real parts, odd ones imaginary.
struct FrameSpectra: Sendable {
    static let rate = SampleClock.rate
    static let window = 400
    static let hop = 160
    /// Frequencies in a spectrum.
    static let bins = 201

    typealias Lanes = SIMD8<Float>

    private static let half = window / 2
    private static let radices = [5, 5, 4, 2]

    /// One stage of a transform after Stockham, which sorts as it goes: sums of `radix` numbers, each times a root of 1.
    private struct Stage: Sendable {
        var radix: Int
        /// Sums that have other factors.
        var groups: Int
        /// Sums that have the same.
        var stride: Int
        /// Real and imaginary parts of the factors: by group, result, and number of the sum.
        var cosines: [Float]
        var sines: [Float]
    }

    private let hann: [Float]
    private let stages: [Stage]
    /// Real and imaginary parts of e to the power of -2πi k/400.
    private let cosines: [Float]
    private let sines: [Float]

    init() {
        let angles = (0..<Self.window).map { 2 * Double.pi * Double($0) / Double(Self.window) }
        hann = angles.map { Float(0.5 - 0.5 * cos($0)) }
        cosines = angles.map { Float(cos($0)) }
        sines = angles.map { Float(-sin($0)) }

        var stages: [Stage] = []
        var (length, stride) = (Self.half, 1)
        for radix in Self.radices {
            stages.append(Self.stage(radix: radix, length: length, stride: stride))
            length /= radix
            stride *= radix
        }

        self.stages = stages
    }

    private static func stage(radix: Int, length: Int, stride: Int) -> Stage {
        var stage = Stage(radix: radix, groups: length / radix, stride: stride, cosines: [], sines: [])
        for group in 0..<stage.groups {
            for result in 0..<radix {
                for number in 0..<radix {
                    // The root of the small transform and that between the stages in one.
                    let turns = (number * stage.groups + group) * result % length
                    let angle = 2 * Double.pi * Double(turns) / Double(length)
                    stage.cosines.append(Float(cos(angle)))
                    stage.sines.append(Float(-sin(angle)))
                }
            }
        }

        return stage
    }

    /// Writes 201 powers for each of eight frames.
    ///
    /// - Parameters:
    ///   - samples: The first frame's; the others follow, `hop` apart.
    ///   - power: Room for `bins`.
    func power(_ samples: UnsafePointer<Float>, into power: UnsafeMutablePointer<Lanes>) {
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 4 * Self.half) { space in
            guard var from = space.baseAddress else { return }
            var to = from + 2 * Self.half
            window(samples, into: from)
            for stage in stages {
                run(stage, from: from, to: to)
                (from, to) = (to, from)
            }
            separate(from, into: power)
        }
    }

    /// The windowed samples as complex numbers: real parts in the first half, imaginary parts in the second.
    private func window(_ samples: UnsafePointer<Float>, into numbers: UnsafeMutablePointer<Lanes>) {
        hann.withUnsafeBufferPointer { hann in
            for index in 0..<Self.window {
                var lanes = Lanes.zero
                for lane in 0..<Lanes.scalarCount { lanes[lane] = samples[lane * Self.hop + index] }
                (numbers + (index % 2 * Self.half + index / 2)).initialize(to: lanes * hann[index])
            }
        }
    }

    private func run(_ stage: Stage, from: UnsafeMutablePointer<Lanes>, to: UnsafeMutablePointer<Lanes>) {
        let (fromImaginary, toImaginary) = (from + Self.half, to + Self.half)
        let (radix, stride) = (stage.radix, stage.stride)
        let step = stride * stage.groups
        stage.cosines.withUnsafeBufferPointer { cosines in
            stage.sines.withUnsafeBufferPointer { sines in
                for row in 0..<stage.groups * radix {
                    let (group, factor) = (row / radix, row * radix)
                    for offset in 0..<stride {
                        let first = offset + stride * group
                        var (real, imaginary) = (from[first], fromImaginary[first])
                        (real, imaginary) = (real * cosines[factor], imaginary * cosines[factor])
                        real -= fromImaginary[first] * sines[factor]
                        imaginary += from[first] * sines[factor]
                        for number in 1..<radix {
                            let (cosine, sine) = (cosines[factor + number], sines[factor + number])
                            let (a, b) = (from[first + number * step], fromImaginary[first + number * step])
                            real += a * cosine - b * sine
                            imaginary += a * sine + b * cosine
                        }
                        (to + (offset + stride * row)).initialize(to: real)
                        (toImaginary + (offset + stride * row)).initialize(to: imaginary)
                    }
                }
            }
        }
    }

    /// Takes the spectrum of the real samples out of the transform of the complex ones.
    private func separate(_ real: UnsafeMutablePointer<Lanes>, into power: UnsafeMutablePointer<Lanes>) {
        let imaginary = real + Self.half
        for bin in 0..<Self.bins {
            let (near, far) = (bin % Self.half, (Self.half - bin % Self.half) % Self.half)
            let evenReal = 0.5 * (real[near] + real[far])
            let evenImaginary = 0.5 * (imaginary[near] - imaginary[far])
            let oddReal = 0.5 * (imaginary[near] + imaginary[far])
            let oddImaginary = 0.5 * (real[far] - real[near])
            let a = evenReal + oddReal * cosines[bin] - oddImaginary * sines[bin]
            let b = evenImaginary + oddReal * sines[bin] + oddImaginary * cosines[bin]
            (power + bin).initialize(to: a * a + b * b)
        }
    }
}
