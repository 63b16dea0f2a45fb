import Audio

/// The audio in a backend's answer, whatever it said that it would send.
///
/// The media type is believed for the rate (`audio/pcm;rate=22050`), the bytes for what they are: a WAV header counts
/// where one comes, and a container that is none of ours is no answer.
struct SpeechAnswer: Sendable {
    enum Failure: Error, Equatable, CustomStringConvertible {
        case notAudio(reason: String)
        /// More than anyone needs to say the text.
        case endless(seconds: Double)

        var description: String {
            switch self {
            case .notAudio(let reason): "it is not audio: \(reason)"
            case .endless(let seconds): "it goes on after \(Int(seconds)) s, which is far more than the text needs"
            }
        }
    }

    private var stream: SampleStream
    private var hasSamples = false

    /// - Parameter rate: Samples per second where nothing tells.
    init(contentType: String?, rate: Int) throws(Failure) {
        let parts = (contentType ?? "").split(separator: ";").map { $0.drop { $0 == " " }.lowercased() }
        let type = parts.first ?? ""
        if type.hasPrefix("text/") || type.hasSuffix("json") { throw .notAudio(reason: "it is \(type)") }
        let named = parts.dropFirst().first { $0.hasPrefix("rate=") }.flatMap { Int($0.dropFirst(5)) }
        if let named, Self.rates.contains(named) {
            stream = SampleStream(rate: named)
        } else {
            stream = SampleStream(rate: rate)
        }
    }

    /// What is taken for a rate of speech.
    static let rates = 4_000...192_000

    mutating func take(_ bytes: [UInt8]) throws(Failure) -> SynthesizedAudio? {
        do {
            return audio(try stream.take(bytes))
        } catch {
            throw .notAudio(reason: "\(error)")
        }
    }

    /// The rest.
    ///
    /// - Throws: When there was no sample at all.
    mutating func finish() throws(Failure) -> SynthesizedAudio? {
        let rest = audio(stream.finish())
        guard hasSamples else { throw .notAudio(reason: "it is empty") }
        return rest
    }

    private mutating func audio(_ samples: [Int16]) -> SynthesizedAudio? {
        guard !samples.isEmpty else { return nil }
        hasSamples = true
        return SynthesizedAudio(samples: samples, rate: stream.rate)
    }
}
