import CSoxr

/// Converts a stream of mono PCM16 from one rate to `SampleClock.rate`.
///
/// The work is libsoxr's, at its high quality (20 bits, linear phase). The output lags the input by a few milliseconds
/// until `drain()`, but is aligned with it: sample 0 of the output is sample 0 of the input. However the input is split,
/// the output is the same, because soxr's dither is off.
public final class Resampler {
    /// Samples per second of the input.
    public let rate: Int
    private let handle: soxr_t

    /// - Throws: `ResamplerError` when soxr refuses the rate.
    public init(from rate: Int) throws(ResamplerError) {
        var error: soxr_error_t?
        var formats = soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I)
        formats.flags = UInt(SOXR_NO_DITHER)
        var quality = soxr_quality_spec(UInt(SOXR_20_BITQ), 0)
        var runtime = soxr_runtime_spec(1)
        let handle = soxr_create(Double(rate), Double(SampleClock.rate), 1, &error, &formats, &quality, &runtime)
        guard let handle else { throw ResamplerError(rate: rate) }
        self.rate = rate
        self.handle = handle
    }

    deinit { soxr_delete(handle) }

    /// Takes the next samples of the input and appends what is ready of the output.
    public func process(_ input: [Int16], into samples: inout [Int16]) {
        input.withUnsafeBufferPointer { input in
            var taken = 0
            while taken < input.count {
                taken += run(UnsafeBufferPointer(rebasing: input[taken...]), into: &samples).taken
            }
        }
    }

    /// Appends what is left of the output; the next input begins a new stream.
    public func drain(into samples: inout [Int16]) {
        while run(nil, into: &samples).produced > 0 {}
        soxr_clear(handle)
    }

    /// One call of soxr, with room for all that it may return for `input`; `nil` says that the input has ended.
    private func run(_ input: UnsafeBufferPointer<Int16>?, into samples: inout [Int16]) -> (taken: Int, produced: Int) {
        let start = samples.count
        let room = (input?.count ?? 0) * SampleClock.rate / rate + 1_024
        samples.append(contentsOf: repeatElement(0, count: room))
        var taken = 0
        var produced = 0
        samples.withUnsafeMutableBufferPointer { samples in
            let free = samples.baseAddress?.advanced(by: start)
            _ = soxr_process(handle, input?.baseAddress, input?.count ?? 0, &taken, free, room, &produced)
        }
        samples.removeLast(room - produced)
        return (taken, produced)
    }
}

/// A rate that cannot be converted.
public struct ResamplerError: Error, Equatable, CustomStringConvertible {
    public var rate: Int

    public var description: String { "Audio at \(rate) Hz cannot be resampled" }
}
