internal import JSON

/// Says what it hears, to try conversations without a language model.
///
/// It repeats the last message of the user word by word, and the output of a call. A text that begins with "call NAME"
/// makes a call of the tool of that name; what follows is the arguments, where it is a JSON object.
public struct EchoModel: LanguageModel {
    /// Said where nobody has said anything.
    public static let greeting = "Hello! Say something, and I will repeat it."

    public let name = "echo"

    public init() {}

    public func reply(
        to request: ChatRequest,
        deliver: @escaping @Sendable (ChatPart) -> Void
    ) async throws(ChatError) -> ChatEnd {
        let heard = Self.lastHeard(request.messages)
        let input = request.messages.reduce(0) { $0 + Self.words($1.text).count }
        if let call = Self.call(in: heard, request) {
            deliver(.call(call))
            return ChatEnd(reason: .complete, usage: ChatUsage(input: input, output: 1))
        }

        let heardWords = Self.words(heard)
        let words = heardWords.isEmpty ? Self.words(Self.greeting) : heardWords
        let said = words.prefix(request.maximumTokens ?? .max)
        for (index, word) in said.enumerated() {
            guard !Task.isCancelled else { throw .cancelled }
            deliver(.text(index == 0 ? word : " " + word))
        }

        let reason: ChatEnd.Reason = said.count < words.count ? .tokenLimit : .complete
        return ChatEnd(reason: reason, usage: ChatUsage(input: input, output: said.count))
    }

    /// The output of a call if that came last, else what the user said last.
    private static func lastHeard(_ messages: [ChatMessage]) -> String {
        if case .output(_, let text) = messages.last { return text }
        return messages.lazy.reversed().compactMap(\.userText).first ?? ""
    }

    private static func call(in heard: String, _ request: ChatRequest) -> ChatCall? {
        if case .output = request.messages.last { return nil }
        let parts = heard.split(maxSplits: 2, whereSeparator: \.isWhitespace)
        guard request.toolChoice != .none, parts.count >= 2, parts[0].lowercased() == "call" else { return nil }
        let name = parts[1].trimmingPunctuation.lowercased()
        guard let tool = request.tools.first(where: { $0.name.lowercased() == name }) else { return nil }
        let rest = parts.count > 2 ? String(parts[2]) : ""
        let isObject = if case .object = JSONValue(text: rest) { true } else { false }
        return ChatCall(id: ChatCall.makeID(), name: tool.name, arguments: isObject ? rest : "{}")
    }

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}

extension ChatMessage {
    fileprivate var userText: String? {
        guard case .user(let text) = self else { return nil }
        return text
    }

    fileprivate var text: String {
        switch self {
        case .system(let text), .user(let text), .assistant(let text), .output(_, let text): text
        case .call(let call): call.arguments
        }
    }
}

extension Substring {
    /// Without the full stop that a transcript ends with.
    fileprivate var trimmingPunctuation: Substring {
        self[..<(lastIndex { $0 != "." && $0 != "," && $0 != "!" && $0 != "?" }.map(index(after:)) ?? startIndex)]
    }
}
