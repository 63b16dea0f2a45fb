/// An engine that speaks text.
///
/// Implementations bound their own concurrency: a caller may ask for any number of pieces at once, and each call waits
/// for its turn.
public protocol Synthesizer: Sendable {
    /// The voices that it has by name, the default first.
    var voices: [Voice] { get }

    /// Speaks a piece of text.
    ///
    /// Cancelling the calling task breaks the work off at once.
    ///
    /// - Parameter deliver: Gets the audio in order, as it is made, on any thread, until the call returns.
    /// - Throws: `SynthesisError`, also for cancellation (`.cancelled`), perhaps after audio has been delivered.
    func speak(
        _ request: SynthesisRequest,
        deliver: @escaping @Sendable (SynthesizedAudio) -> Void
    ) async throws(SynthesisError)
}

public struct Voice: Equatable, Sendable {
    public var name: String
    public var isFemale: Bool

    public init(name: String, isFemale: Bool) {
        self.name = name
        self.isFemale = isFemale
    }
}

public struct SynthesisRequest: Equatable, Sendable {
    /// Plain words: no markup.
    public var text: String
    /// A voice of the engine, or one of OpenAI's names, which always map to something; `nil` means the default.
    public var voice: String?
    /// 0.25 to 4; 1 is the voice's own.
    public var speed: Double
    /// How to speak, for engines that can be told.
    public var instructions: String?
    /// What a client calls the engine's model; `nil` means the one that is set up.
    public var model: String?

    public init(
        text: String,
        voice: String? = nil,
        speed: Double = 1,
        instructions: String? = nil,
        model: String? = nil
    ) {
        self.text = text
        self.voice = voice
        self.speed = speed
        self.instructions = instructions
        self.model = model
    }
}

/// Mono audio.
public struct SynthesizedAudio: Equatable, Sendable {
    public var samples: [Int16]
    /// Samples per second.
    public var rate: Int

    public init(samples: [Int16], rate: Int) {
        self.samples = samples
        self.rate = rate
    }
}
