internal import BackendHTTP
internal import JSON

/// Makes a reply of the objects that a chat completion comes in: parts of it (`chat.completion.chunk`), or all at once.
struct ReplyReader {
    /// What is wrong with an object.
    enum Failure: Error, Equatable {
        case notJSON
        case complaint(Complaint)
    }

    private var thinking = ThinkingFilter()
    private var calls = CallAssembler()
    private var usage: ChatUsage?
    private var reason: ChatEnd.Reason?
    /// Whether anything was a part of a reply.
    private(set) var hasBegun = false

    init() {}

    /// Whether the model has said that the reply is complete.
    var isFinished: Bool { reason != nil }

    /// Takes an object, and gives what it adds to the reply.
    mutating func take(_ bytes: [UInt8]) throws(Failure) -> [ChatPart] {
        guard let value = try? JSONValue(parsing: bytes.span), case .object = value else { throw .notJSON }

        if let complaint = Complaint(in: value) { throw .complaint(complaint) }

        // Gateways count in another place, and some only there.
        for place in [value["x_groq"]?["usage"], value["usage"]] { usage = place.flatMap(ChatUsage.init) ?? usage }
        if let cached = value["timings"]?["cache_n"]?.integer, usage?.cached == 0 { usage?.cached = cached }
        if value["choices"] != nil || value["usage"] != nil { hasBegun = true }

        var parts: [ChatPart] = []
        for choice in value["choices"]?.elements ?? [] where (choice["index"]?.integer ?? 0) == 0 {
            take(choice, into: &parts)
        }
        return parts
    }

    /// What is left to be given at the end, how the reply ended, and how many calls were of no use.
    mutating func finish() -> (parts: [ChatPart], end: ChatEnd, brokenCalls: Int) {
        let text = thinking.finish()
        let (rest, broken) = calls.finish()
        let parts = (text.isEmpty ? [] : [.text(text)]) + rest.map { ChatPart.call($0) }
        return (parts, ChatEnd(reason: reason ?? .complete, usage: usage), broken)
    }

    private mutating func take(_ choice: JSONValue, into parts: inout [ChatPart]) {
        let delta = choice["delta"] ?? choice["message"] ?? .null
        for text in [delta["content"].map(Self.text), delta["refusal"]?.string] {
            guard let text, !text.isEmpty else { continue }
            let said = thinking.take(text)
            if !said.isEmpty { parts.append(.text(said)) }
        }
        for call in delta["tool_calls"]?.elements ?? [] {
            if let call = calls.take(CallAssembler.Fragment(call)) { parts.append(.call(call)) }
        }
        if let name = choice["finish_reason"]?.string, !name.isEmpty { reason = ChatEnd.Reason(wire: name) }
    }

    /// Content as text: a string, or a list of parts of which some are text.
    private static func text(_ content: JSONValue) -> String {
        content.string ?? content.elements.compactMap { $0["text"]?.string }.joined()
    }
}

extension CallAssembler.Fragment {
    fileprivate init(_ value: JSONValue) {
        let function = value["function"]
        let arguments = function?["arguments"]
        index = value["index"]?.integer
        id = value["id"]?.string
        name = function?["name"]?.string

        // Some servers give the object itself.
        if case .object = arguments {
            self.arguments = arguments.map { String(decoding: $0.text, as: UTF8.self) }
        } else {
            self.arguments = arguments?.string
        }
    }
}

extension ChatEnd.Reason {
    /// Calls are told by their presence: vLLM says `stop` for a named function.
    fileprivate init(wire name: String) {
        switch name {
        case "length": self = .tokenLimit
        case "content_filter": self = .contentFilter
        default: self = .complete
        }
    }
}

extension ChatUsage {
    fileprivate init?(_ value: JSONValue) {
        guard let input = value["prompt_tokens"]?.integer, let output = value["completion_tokens"]?.integer else {
            return nil
        }
        let cached = value["prompt_tokens_details"]?["cached_tokens"]?.integer
        self.init(input: input, cached: cached ?? 0, output: output)
    }
}

extension JSONValue {
    fileprivate var integer: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(exactly: number)
    }
}
