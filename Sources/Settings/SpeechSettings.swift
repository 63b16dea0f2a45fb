public import SpeechSynthesis

/// Which engine speaks, and how.
public struct SpeechSettings: Equatable, Sendable {
    /// Which engine to use; `auto` decides by what is configured.
    public enum Choice: String, CaseIterable, Sendable {
        case auto
        case flite
        /// A neural voice on this machine.
        case sherpa
        /// A server with OpenAI's `/audio/speech`.
        case http
        case none
    }

    public var choice = Choice.auto
    /// The address of a server, or several with commas.
    public var baseURL: String?
    public var apiKey: Secret?
    /// What a server is asked for, or the neural voice: a name of the catalogue, or a folder.
    public var model: String?
    /// The voice for those who name none.
    public var voice: String?
    /// Further names of voices.
    public var names: VoiceNames?
    /// Samples per second of a server's audio that does not say.
    public var rate = 24_000
    /// Pieces of text that are spoken at once on this machine; as many as there are cores, if not said.
    public var threads: Int?
}
