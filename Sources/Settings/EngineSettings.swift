public import Transcription

/// Which engine transcribes, and how.
public struct EngineSettings: Equatable, Sendable {
    /// Which engine to use; `auto` decides by what is configured and what is there.
    public enum Choice: String, CaseIterable, Sendable {
        case auto
        case whisperHTTP = "whisper-http"
        case sherpa
        case pocketSphinx = "pocketsphinx"
    }

    /// Whose engines give text while somebody speaks.
    public enum Interim: String, CaseIterable, Sendable {
        case on
        case off
        /// Also Whisper-compatible servers, which costs a request for each reading.
        case http
    }

    /// What transcribes when no server can.
    public enum Fallback: String, CaseIterable, Sendable {
        case embedded
        case none
    }

    public var choice = Choice.auto
    /// The model of a server, or the name or folder of one for sherpa.
    public var model: String?
    public var interim = Interim.on
    /// How long an utterance waits for an engine that still loads.
    public var loadTimeout = Duration.seconds(10)
    /// The longest time from an utterance's end to its transcript, with all that it waits.
    public var deadline = Duration.seconds(120)

    /// The address of a Whisper-compatible server, or several with commas.
    public var baseURL: String?
    public var apiKey: Secret?
    public var responseFormat = WhisperHTTPTranscriber.ResponseFormat.auto
    /// A JSON file with more about the servers.
    public var configurationFile: String?
    /// Decided by what is there, if not said.
    public var fallback: Fallback?
    /// Whether a request that takes longer than most is sent to a second server too.
    public var hedges = false
    /// The longest wait for a server's answer to a request under way.
    public var timeout = Duration.seconds(30)
    /// The most requests under way to a server at once.
    public var concurrency = 16

    /// The file of the library of sherpa-onnx.
    public var sherpaLibrary: String?
    /// Utterances that sherpa decodes at once; as many as there are cores, if not said.
    public var sherpaThreads: Int?
    /// The folder of PocketSphinx's model.
    public var pocketSphinxModel = PocketSphinxModel.defaultFolder
    /// PocketSphinx's decoders; as many as there are cores, if not said.
    public var pocketSphinxThreads: Int?
}
