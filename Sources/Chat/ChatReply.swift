/// A part of a reply.
public enum ChatPart: Equatable, Sendable {
    /// More of the text, without the model's thinking.
    case text(String)
    /// A whole call, once its arguments are complete.
    case call(ChatCall)
}

/// How a reply ended.
public struct ChatEnd: Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case complete
        case tokenLimit
        case contentFilter
    }

    public var reason: Reason
    /// `nil` where the model did not say.
    public var usage: ChatUsage?

    public init(reason: Reason, usage: ChatUsage? = nil) {
        self.reason = reason
        self.usage = usage
    }
}

/// Tokens that a reply cost.
public struct ChatUsage: Equatable, Sendable {
    public var input: Int
    /// Those of the input that the model still had from before.
    public var cached: Int
    public var output: Int

    public init(input: Int, cached: Int = 0, output: Int) {
        self.input = input
        self.cached = cached
        self.output = output
    }
}
