import FoundationEssentials
public import Logging
import Synchronization
import Waiting

/// Neural voices on this machine: a model of sherpa-onnx that speaks, such as Piper's or Kokoro.
///
/// One model is shared by a fixed number of threads, named `voice-0` and on. Text is cut into pieces, for which callers
/// take turns; a piece is spoken by one thread, sentence by sentence. Models that take phonemes get them from espeak-ng,
/// which is run as a program for each piece.
///
/// Cancelling a call makes it return at once. A sentence that is being computed cannot be interrupted: its thread drops
/// it when it is there, and then takes the next piece.
public final class SherpaSynthesizer: Synthesizer {
    /// How fast it can speak, as multiples of a voice's own speed.
    private static let speeds = 0.25...4.0

    private let model: NeuralVoiceModel
    private let voice: SherpaVoice
    private let phonemizer: Phonemizer?
    private let map: VoiceMap
    private let threads: WorkerThreads
    private let turns: ConcurrencyLimit
    private let calls = Atomic<UInt64>(0)

    private init(
        _ model: NeuralVoiceModel,
        voice: SherpaVoice,
        phonemizer: Phonemizer?,
        map: VoiceMap,
        threads: (workers: WorkerThreads, count: Int)
    ) {
        self.model = model
        self.voice = voice
        self.phonemizer = phonemizer
        self.map = map
        self.threads = threads.workers
        turns = ConcurrencyLimit(threads.count)
    }

    /// Loads the model on a thread of its own, and has it speak a word; takes about a second.
    ///
    /// - Parameters:
    ///   - library: The file of the shared library.
    ///   - voice: The default, one of the model's speakers; otherwise the first of them.
    ///   - names: Further names of voices.
    ///   - phonemizer: The program that makes phonemes: a path, or a name to find on PATH.
    ///   - threads: Pieces spoken at the same time, at least 1; `nil` is the number of cores.
    /// - Throws: `NeuralVoiceError`.
    public static func load(
        _ model: NeuralVoiceModel,
        library: String,
        voice name: String? = nil,
        names: VoiceNames = VoiceNames(),
        phonemizer program: String = "espeak-ng",
        threads: Int? = nil,
        logger: Logger = .current
    ) async throws(NeuralVoiceError) -> SherpaSynthesizer {
        let phonemizer = model.phonemeLanguage.map { language in
            Phonemizer(program: program, language: language, tokens: model.tokens)
        }
        try await phonemizer?.check()

        let count = threads ?? ProcessInfo.processInfo.activeProcessorCount
        let workers: WorkerThreads
        do { workers = try WorkerThreads(count: count, name: "voice") } catch { throw .noThread(code: error.code) }
        let loaded = await workers.run {
            Result { () throws(NeuralVoiceError) in try SherpaVoice(model, library: library) }
        }
        let synthesizer = SherpaSynthesizer(
            model,
            voice: try loaded.get(),
            phonemizer: phonemizer,
            map: VoiceMap(model.voices(startingWith: name), names: names, logger: logger),
            threads: (workers, count)
        )
        guard await synthesizer.canSpeak() else { throw .silent(folder: model.folder) }
        return synthesizer
    }

    public var voices: [Voice] { map.voices }

    /// Samples per second.
    public var rate: Int { voice.rate }

    /// Pieces that wait for a thread.
    public var waiting: Int { turns.waiting }

    /// Pieces that are spoken now.
    public var active: Int { turns.active }

    public func speak(
        _ request: SynthesisRequest,
        deliver: @escaping @Sendable (SynthesizedAudio) -> Void
    ) async throws(SynthesisError) {
        let owner = calls.add(1, ordering: .relaxed).newValue
        let name = map.voice(for: request.voice).name
        let speaker = model.speakers.firstIndex(of: name) ?? 0
        let speed = min(max(request.speed, Self.speeds.lowerBound), Self.speeds.upperBound)
        for text in SpeechChunker.pieces(of: request.text) {
            try await turns.run(owner: owner, cost: text.count, orThrow: { _ in .cancelled }) {
                () async throws(SynthesisError) in
                let content = try await content(text)
                if content.isEmpty { return }
                try await speak(NeuralPiece(content, speaker: speaker, speed: speed, deliver: deliver))
            }
        }

        guard !Task.isCancelled else { throw .cancelled }
    }

    private func content(_ text: some StringProtocol) async throws(SynthesisError) -> SherpaVoice.Content {
        guard let phonemizer else { return .text(String(text.filter { $0 != "\0" })) }
        return .phonemes(try await phonemizer.phonemes(of: text))
    }

    private func speak(_ piece: NeuralPiece) async throws(SynthesisError) {
        threads.start { [voice] in piece.speak(with: voice) }
        let outcome = await piece.finished()
        if case .failure(.engineFailed) = outcome {
            Logger.current.error("The voice failed on a piece of text", metadata: ["steno.tts.model": "\(model.name)"])
        }
        try outcome.get()
    }

    /// Whether a word can be heard.
    private func canSpeak() async -> Bool {
        let loudest = Atomic(0)
        let request = SynthesisRequest(text: "One.")
        do {
            try await speak(request) { audio in
                let peak = audio.samples.reduce(0) { max($0, abs(Int($1))) }
                loudest.max(peak, ordering: .relaxed)
            }
        } catch {
            return false
        }

        return loudest.load(ordering: .relaxed) > 500
    }
}

extension NeuralVoiceModel {
    /// The speakers, the one of that name before the others.
    func voices(startingWith name: String?) -> [Voice] {
        let first = name.map { $0.lowercased() } ?? speakers[0]
        let ordered = speakers.filter { $0 == first } + speakers.filter { $0 != first }
        return ordered.map { Voice(name: $0, isFemale: VoiceSpeakers.isFemale($0)) }
    }
}
