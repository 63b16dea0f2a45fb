/// A conversation that a language model is to go on with.
public struct ChatRequest: Equatable, Sendable {
    public var messages: [ChatMessage]
    public var tools: [ChatTool]
    public var toolChoice: ChatToolChoice
    /// Whether the model may call several tools at once; `nil` leaves it to the model.
    public var allowsParallelCalls: Bool?
    /// Tokens; `nil` means no limit but the model's own.
    public var maximumTokens: Int?
    public var temperature: Double?
    /// How long the model may think: `none`, `minimal`, `low`, `medium`, `high`.
    public var effort: String?

    public init(
        messages: [ChatMessage],
        tools: [ChatTool] = [],
        toolChoice: ChatToolChoice = .auto,
        allowsParallelCalls: Bool? = nil,
        maximumTokens: Int? = nil,
        temperature: Double? = nil,
        effort: String? = nil
    ) {
        self.messages = messages
        self.tools = tools
        self.toolChoice = toolChoice
        self.allowsParallelCalls = allowsParallelCalls
        self.maximumTokens = maximumTokens
        self.temperature = temperature
        self.effort = effort
    }
}

public enum ChatMessage: Equatable, Sendable {
    case system(String)
    case user(String)
    case assistant(String)
    /// A call that the assistant made.
    case call(ChatCall)
    /// What a call gave.
    case output(callID: String, String)
}

/// A function that the model may call.
public struct ChatTool: Equatable, Sendable {
    public var name: String
    public var description: String?
    /// A JSON Schema object, as text; `nil` means that it takes nothing.
    public var parameters: String?

    public init(name: String, description: String? = nil, parameters: String? = nil) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }
}

public enum ChatToolChoice: Equatable, Sendable {
    case auto
    case none
    case required
    case function(String)
}

/// A call of a function.
public struct ChatCall: Equatable, Sendable {
    /// At most 32 characters.
    public var id: String
    public var name: String
    /// A JSON object, as text.
    public var arguments: String

    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
