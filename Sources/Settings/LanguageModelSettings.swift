/// Which language model answers conversations, and how it is asked.
public struct LanguageModelSettings: Equatable, Sendable {
    /// Which model to use; `auto` decides by what is configured.
    public enum Choice: String, CaseIterable, Sendable {
        case auto
        /// A server with OpenAI's `/chat/completions`.
        case http
        /// Repeats what it hears.
        case echo
        case none
    }

    public var choice = Choice.auto
    /// The address of a server, or several with commas.
    public var baseURL: String?
    public var apiKey: Secret?
    public var model: String?
    /// A JSON object whose members go into every request.
    public var extra: String?
    /// What the model is told where a session says nothing; `defaultInstructions` when not set.
    public var instructions: String?
    /// The longest wait for the first part of a reply.
    public var firstTokenTimeout = Duration.seconds(15)
    /// The longest wait for each later part.
    public var idleTimeout = Duration.seconds(10)

    /// How to write what is spoken.
    public static let defaultInstructions = """
        You are a friendly voice assistant. Everything you write is read out, so write as people speak: a few short \
        sentences, in the language of the user. No markdown, lists, code, emojis or addresses of web pages. Write numbers, \
        dates and units as they are said. Ask back when you have not understood; the words come from speech recognition and \
        may be wrong.
        """

    /// What the model is told where a session says nothing.
    public var sessionInstructions: String { instructions ?? Self.defaultInstructions }
}
