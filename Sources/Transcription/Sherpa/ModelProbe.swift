import Audio

/// A known recording, which tells a model whose files do not fit together from one that works.
///
/// sherpa-onnx loads such a model without an error, and it then hears nonsense in everything.
struct ModelProbe {
    /// What is said in the recording; flite's voice rms says it (`scripts/make-probe-wav`).
    static let text = "this is a test"

    /// Mono, at `SampleClock.rate`.
    let samples: [Int16]

    init() {
        // The recording is a part of the executable, so it can always be read.
        samples = (try? WAVFile(parsing: PackageResources.probe_wav))?.samples ?? []
    }

    /// Whether a transcript has enough of the words to come from a model that works: half of them.
    static func isHeard(in text: String) -> Bool {
        let heard = Set(text.lowercased().split { !$0.isLetter }.map(String.init))
        let expected = Self.text.split(separator: " ").map(String.init)
        return expected.count(where: heard.contains) * 2 >= expected.count
    }
}
