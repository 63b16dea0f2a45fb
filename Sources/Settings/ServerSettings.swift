public import Audio
public import AudioFiles
public import Logging
public import Sessions
public import SpeechDetection
public import Transcription

/// Everything that an operator may set, with what counts when it is not set.
///
/// Values only: nothing is looked for, opened or loaded. `SettingSection.all` says how each is called and what it may be.
public struct ServerSettings: Equatable, Sendable {
    public var host = "127.0.0.1"
    /// 0 for a free one.
    public var port = 8_000
    public var logLevel = Logger.Level.info
    public var logFormat = LogFormat.text
    public var admin = AdminSettings()
    public var tls = TLSSettings()
    public var access = AccessSettings()
    public var engine = EngineSettings()
    public var models = ModelSettings()
    public var languageModel = LanguageModelSettings()
    /// How conversations go, unless a session says otherwise.
    public var assistant = AssistantSettings()
    public var speech = SpeechSettings()
    public var storage = StorageSettings()
    public var spool = SpoolSettings()
    /// What becomes of text that the engine invented.
    public var guardMode = GuardMode.drop
    /// Silence after which an engine that may is asked about an utterance that may go on, in samples; 0 for never.
    public var speculation = SessionSettings.defaultSpeculation
    /// Language of the speech unless a session names one.
    public var language = LanguageChoice.detected
    /// What tells the engine about context or spelling unless a session has it.
    public var prompt: String?
    public var detector = DetectorSettings()
    /// What differs from the rules that suit the detector, and from the overlap that suits the engine.
    public var turns = TurnDetectionUpdate.Change()
    public var endOfTurn = EndOfTurnSettings()
    public var enhancement = AudioEnhancement()
    public var maximumSessions = 1_000
    /// What a key without limits of its own may use.
    public var keyLimits = KeyLimits()
    /// Audio of one session that may wait for its transcript, in samples.
    public var maximumPending = SessionSettings.defaultMaximumPending
    public var maximumMessageBytes = 21 << 20
    /// Bytes that a client's prompt may have.
    public var maximumPrompt = SessionSettings.defaultMaximumPrompt
    public var maximumUploadBytes = 100 << 20
    /// What one uploaded file may cost.
    public var files = AudioFileReader.Limits()
    /// What bodies of requests and messages under way may hold together, in bytes.
    public var maximumMemoryBytes: Int?
    public var requestTimeout = Duration.seconds(30)
    public var pingInterval = Duration.seconds(20)
    public var pingTimeout = Duration.seconds(40)
    public var slowReaderTimeout = Duration.seconds(30)
    public var shutdownTimeout = Duration.seconds(8)
    /// How long a session waits for a client whose connection was lost; zero for not at all.
    public var resumeWindow = Duration.seconds(120)

    public init() {}
}

/// Who may use the server.
public struct AccessSettings: Equatable, Sendable {
    /// Keys with commas; without any, and without a file, the server is open.
    public var keys: Secret?
    public var keysFile: String?
    /// What opens the metrics; without it only this machine reads them.
    public var metricsKey: Secret?
    /// Sites with commas.
    public var origins: String?
    /// Names with commas.
    public var hosts: String?
}

/// Which voice activity detector finds speech.
public struct DetectorSettings: Equatable, Sendable {
    public var choice = DetectorChoice.auto
    /// The file of the Silero model.
    public var model: String?
}

/// What decides that someone has finished, where the server does.
public struct EndOfTurnSettings: Equatable, Sendable {
    public var choice = EndOfTurnChoice.auto
    /// The file of the Smart Turn model.
    public var model: String?
    /// The model's probability from which a turn counts as over.
    public var threshold: Float = 0.5
}

/// Where models lie and come from.
public struct ModelSettings: Equatable, Sendable {
    /// The folder of models.
    public var directory: String?
    /// Whether nothing may be fetched.
    public var isOffline = false
    /// The address that replaces scheme and host of where models are fetched.
    public var mirror: String?
    /// A file with more models.
    public var catalogue: String?
}

extension ServerSettings {
    /// What a session starts with.
    ///
    /// - Parameter rules: What suits the detector.
    public func session(turnDetection rules: TurnDetection) -> SessionSettings {
        var session = SessionSettings(turnDetection: turns.applied(to: rules), maximumPending: maximumPending)
        session.maximumUtterance = turns.maximumUtterance ?? session.maximumUtterance
        session.maximumCommit = session.maximumUtterance
        session.overlap = turns.overlap
        session.allowsInterim = engine.interim != .off
        session.speculatesAfter = speculation > 0 ? speculation : nil
        session.enhancement = enhancement
        session.language = language.code
        session.prompt = prompt
        session.maximumPrompt = maximumPrompt
        session.checksManualCommits = guardMode != .off
        session.assistant = assistant
        session.assistant.instructions = languageModel.sessionInstructions
        return session
    }
}
