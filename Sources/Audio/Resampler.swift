import CSoxr

/// Converts a stream of mono PCM16 from one rate to another, `SampleClock.rate` unless said.
///
/// The work is libsoxr's, at its high quality (20 bits, linear phase). The output lags the input by a few milliseconds
/// until `drain()`, but is aligned with it: sample 0 of the output is sample 0 of the input. However the input is split,
/// the output is the same, because soxr's dither is off.
///
/// To make one costs far more than to use it, and `soxr_clear` makes its filters anew. So the streams go through as one
/// signal, with silence between them that is long enough to keep them apart and is dropped from the output.
public final class Resampler {
    /// Samples per second of the input.
    public let rate: Int
    /// Samples per second of the output.
    public let outputRate: Int
    private let handle: soxr_t
    /// Samples of the input after which one of the output falls on one of the input again.
    private let period: Int
    /// Samples that went in and came out, silence included.
    private var input = 0
    private var output = 0
    private var streamInput = 0
    private var streamOutput = 0
    /// Samples to come that belong to the silence.
    private var surplus = 0

    private static let silence = [Int16](repeating: 0, count: 256)
    /// Beyond, a stream that begins between two samples of the output is moved to the nearest: 31 microseconds at most.
    private static let longestPeriod = 4_096

    /// - Throws: `ResamplerError` when soxr refuses the rate.
    public init(from rate: Int, to outputRate: Int = SampleClock.rate) throws(ResamplerError) {
        var error: soxr_error_t?
        var formats = soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I)
        formats.flags = UInt(SOXR_NO_DITHER)
        var quality = soxr_quality_spec(UInt(SOXR_20_BITQ), 0)
        var runtime = soxr_runtime_spec(1)
        let handle = soxr_create(Double(rate), Double(outputRate), 1, &error, &formats, &quality, &runtime)
        guard let handle else { throw ResamplerError(rate: rate) }
        self.rate = rate
        self.outputRate = outputRate
        self.handle = handle
        var (divisor, rest) = (rate, outputRate)
        while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
        period = rate / divisor
    }

    deinit { soxr_delete(handle) }

    /// Takes the next samples of the input and appends what is ready of the output.
    public func process(_ input: [Int16], into samples: inout [Int16]) {
        streamInput += input.count
        convert(input, into: &samples)
    }

    /// Appends what is left of the output; the next input begins a new stream.
    public func drain(into samples: inout [Int16]) {
        guard streamInput > 0 else { return }

        let missing = max(0, outputCount(streamInput) - streamOutput)
        var rest: [Int16] = []
        repeat { convert(Self.silence, into: &rest) } while rest.count < missing
        samples += rest.prefix(missing)

        // Where a sample of the input falls on one of the output, the next stream comes out as the first one would.
        if period <= Self.longestPeriod {
            convert([Int16](repeating: 0, count: (period - input % period) % period), into: &rest)
        }
        surplus = max(0, outputCount(input) - output)
        (streamInput, streamOutput) = (0, 0)
    }

    private func outputCount(_ count: Int) -> Int { (2 * count * outputRate + rate) / (2 * rate) }

    private func convert(_ input: [Int16], into samples: inout [Int16]) {
        let start = samples.count
        input.withUnsafeBufferPointer { input in
            var taken = 0
            while taken < input.count { taken += run(UnsafeBufferPointer(rebasing: input[taken...]), into: &samples) }
        }
        self.input += input.count
        output += samples.count - start

        let dropped = min(surplus, samples.count - start)
        samples.removeSubrange(start..<start + dropped)
        surplus -= dropped
        streamOutput += samples.count - start
    }

    /// One call of soxr, with room for all that it may return for `input`; the result is how many it took.
    private func run(_ input: UnsafeBufferPointer<Int16>, into samples: inout [Int16]) -> Int {
        let start = samples.count
        let room = input.count * outputRate / rate + 1_024
        samples.append(contentsOf: repeatElement(0, count: room))
        var taken = 0
        var produced = 0
        samples.withUnsafeMutableBufferPointer { samples in
            let free = samples.baseAddress?.advanced(by: start)
            _ = soxr_process(handle, input.baseAddress, input.count, &taken, free, room, &produced)
        }
        samples.removeLast(room - produced)
        return taken
    }
}

/// A rate that cannot be converted.
public struct ResamplerError: Error, Equatable, CustomStringConvertible {
    public var rate: Int

    public var description: String { "Audio at \(rate) Hz cannot be resampled" }
}
