import Audio
import JSON
import Sessions

/// What the query of the WebSocket's address asks for; names that are not known are ignored.
struct AssemblyAIQuery {
    private(set) var update = SessionUpdate()
    /// Whether the client wants to know how much audio there was, at the end.
    let tellsDuration: Bool

    /// - Parameter maximumPrompt: Bytes that the words to listen for may have together.
    init(_ query: [(name: String, value: String)], maximumPrompt: Int) throws(AssemblyAIClosing) {
        func last(_ name: String) -> String? { query.last { $0.name == name && !$0.value.isEmpty }?.value }

        // Python writes True.
        func flag(_ name: String) -> Bool { ["true", "1"].contains(last(name)?.lowercased()) }

        tellsDuration = flag("enable_extra_session_information")
        update.inputFormat = try Self.format(rate: last("sample_rate"), encoding: last("encoding"))
        if flag("disable_partial_transcripts") { update.wantsInterim = false }
        let boosts = query.filter { $0.name == "word_boost" }.map(\.value)
        guard let words = WordBoost.words(boosts) else {
            throw AssemblyAIClosing(.badWordBoost, "'word_boost' must be a JSON array of strings.")
        }
        guard !words.isEmpty else { return }
        let prompt = words.joined(separator: ", ")
        guard prompt.utf8.count <= maximumPrompt else {
            let message = "The words of 'word_boost' may have \(maximumPrompt) bytes together."
            throw AssemblyAIClosing(.badWordBoost, message)
        }

        update.prompt = .some(prompt)
    }

    private static func format(rate: String?, encoding: String?) throws(AssemblyAIClosing) -> AudioFormat? {
        switch encoding?.lowercased() {
        case nil, "pcm_s16le":
            guard let rate else { return nil }
            guard let number = Int(rate), AudioIntake.rates.contains(number) else {
                let rates = AudioIntake.rates
                let allowed = "a whole number from \(rates.lowerBound) to \(rates.upperBound)"
                throw AssemblyAIClosing(.badSampleRate, "'sample_rate' must be \(allowed).")
            }
            return .pcm16(rate: number)
        case "pcm_mulaw":
            guard rate == nil || rate == "\(AudioFormat.muLaw.rate)" else {
                let message = "With encoding=pcm_mulaw, 'sample_rate' must be \(AudioFormat.muLaw.rate)."
                throw AssemblyAIClosing(.badSampleRate, message)
            }
            return .muLaw
        default: throw AssemblyAIClosing(.badSchema, "'encoding' must be 'pcm_s16le' or 'pcm_mulaw'.")
        }
    }
}
