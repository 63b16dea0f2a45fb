import Audio
import SpeechSynthesis

/// Brings the audio of an engine to one rate.
struct SpeechSamples {
    private let rate: Int
    private var resampler: Resampler?

    init(rate: Int) { self.rate = rate }

    /// Gives what is ready of the samples at the other rate.
    mutating func convert(_ audio: SynthesizedAudio) throws(ResamplerError) -> [Int16] {
        var samples: [Int16] = []
        if resampler?.rate != audio.rate {
            resampler?.drain(into: &samples)
            resampler = audio.rate == rate ? nil : try Resampler(from: audio.rate, to: rate)
        }
        guard let resampler else { return samples + audio.samples }
        resampler.process(audio.samples, into: &samples)
        return samples
    }

    /// The rest.
    mutating func finish() -> [Int16] {
        var samples: [Int16] = []
        resampler?.drain(into: &samples)
        resampler = nil
        return samples
    }
}
