public import Audio
public import Chat

/// How a session answers.
public struct AssistantSettings: Equatable, Sendable {
    /// In what form an answer is given.
    public enum Modality: String, CaseIterable, Sendable {
        case audio, text
    }

    /// What the client calls the model; the server has one, whatever this says.
    public var model: String?
    public var instructions = ""
    public var modality = Modality.audio
    /// A voice of the engine, or one of OpenAI's names.
    public var voice: String?
    public var speed = 1.0
    public var outputFormat = AudioFormat.pcm16(rate: 24_000)
    public var tools: [ChatTool] = []
    public var toolChoice = ChatToolChoice.auto
    public var allowsParallelCalls: Bool?
    /// `nil` for no limit.
    public var maximumTokens: Int?
    public var temperature: Double?
    public var effort: String?
    /// What is done with a conversation that is too long.
    public var truncation = Truncation.auto
    /// Objects of the client's that change nothing, as JSON text.
    public var tracing: String?
    public var prompt: String?
    /// The character that the session plays.
    public var character: CharacterChoice?
    /// Whether a client has named the voice; else a character's counts.
    public private(set) var hasNamedVoice = false
    /// Whether a client has given instructions; else only a character's count.
    public private(set) var hasOwnInstructions = false
    /// Whether the end of a turn asks for an answer.
    public var createsResponse = true
    /// Whether speech interrupts an answer.
    public var interruptsResponse = true
    /// Silence after an answer has been heard that makes the assistant speak again; `nil` for never.
    public var idleTimeout: Duration?

    /// How far ahead of its playback speech is sent; zero sends it as fast as it is made.
    public var lead: Duration = .seconds(1)
    /// Speech that interrupts an answer, in samples at `SampleClock.rate`.
    public var bargeIn = SampleClock.samples(milliseconds: 250)
    /// Whether what the assistant hears of its own voice is told from a user's.
    public var guardsAgainstEcho = true
    /// Whether an answer goes on when what interrupted it held no words.
    public var resumes = true
    /// Whether an answer is begun in a pause that may end the turn.
    public var speculates = true

    public init() {}

    public mutating func apply(_ update: AssistantUpdate) {
        if let model = update.model { self.model = model }
        instructions = update.instructions ?? instructions
        modality = update.modality ?? modality
        voice = update.voice ?? voice
        hasNamedVoice = hasNamedVoice || update.voice != nil
        hasOwnInstructions = hasOwnInstructions || update.instructions != nil
        if let character = update.character { self.character = character }
        speed = update.speed ?? speed
        outputFormat = update.outputFormat ?? outputFormat
        tools = update.tools ?? tools
        toolChoice = update.toolChoice ?? toolChoice
        allowsParallelCalls = update.allowsParallelCalls ?? allowsParallelCalls
        if let maximum = update.maximumTokens { maximumTokens = maximum }
        if let temperature = update.temperature { self.temperature = temperature }
        if let effort = update.effort { self.effort = effort }
        truncation = update.truncation ?? truncation
        if let tracing = update.tracing { self.tracing = tracing }
        if let prompt = update.prompt { self.prompt = prompt }
        createsResponse = update.createsResponse ?? createsResponse
        interruptsResponse = update.interruptsResponse ?? interruptsResponse
        if let timeout = update.idleTimeout { idleTimeout = timeout }
    }
}

/// A change of how a session answers, or of how one response is made; what is `nil` stays as it is.
public struct AssistantUpdate: Equatable, Sendable {
    public var model: String?
    public var instructions: String?
    public var modality: AssistantSettings.Modality?
    public var voice: String?
    public var speed: Double?
    public var outputFormat: AudioFormat?
    public var tools: [ChatTool]?
    public var toolChoice: ChatToolChoice?
    public var allowsParallelCalls: Bool?
    /// `.some(nil)` for no limit.
    public var maximumTokens: Int??
    public var temperature: Double??
    public var effort: String??
    public var truncation: Truncation?
    public var tracing: String??
    public var prompt: String??
    /// `.some(nil)` for none.
    public var character: CharacterChoice??
    public var createsResponse: Bool?
    public var interruptsResponse: Bool?
    /// `.some(nil)` for none.
    public var idleTimeout: Duration??

    public init() {}
}

/// What a client asks for with one response.
public struct ReplyRequest: Equatable, Sendable {
    /// An entry of a context that a client gives.
    public enum Input: Equatable, Sendable {
        case item(ConversationItem)
        /// An item of the conversation, by its id.
        case reference(String)
    }

    /// What differs from the session's settings.
    public var changes = AssistantUpdate()
    /// Whether it stands outside the conversation: it may run beside another, and nothing of it is remembered.
    public var isOutOfBand = false
    /// The context in place of the conversation.
    public var input: [Input]?
    /// Names and values that come back with everything that is told of the response.
    public var metadata: [String: String] = [:]

    public init() {}
}
