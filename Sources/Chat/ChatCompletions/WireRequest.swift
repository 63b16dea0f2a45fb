internal import JSON

/// The body of a request for a chat completion.
///
/// Members stand in alphabetical order, so that equal requests are equal bytes.
struct WireRequest {
    var members: [String: JSONValue]

    /// - Parameters:
    ///   - limitName: What the server calls the limit of tokens.
    ///   - extra: Members that go before all others; null takes one away.
    init(_ request: ChatRequest, model: String?, limitName: String, extra: [String: JSONValue]) {
        members = [
            "messages": .array(WireMessages(request.messages).wire),
            "stream": .bool(true),
            "stream_options": ["include_usage": .bool(true)],
        ]
        members["model"] = model.map { .string($0) }
        members[limitName] = request.maximumTokens.map { .integer($0) }
        members["temperature"] = request.temperature.map { .number($0) }
        members["reasoning_effort"] = request.effort.map { .string($0) }
        if !request.tools.isEmpty { addTools(of: request) }
        for (name, value) in extra where value != .null { members[name] = value }
        for (name, value) in extra where value == .null { members.removeValue(forKey: name) }
    }

    var bytes: [UInt8] { JSONValue.object(members).text }

    private mutating func addTools(of request: ChatRequest) {
        members["tools"] = .array(request.tools.map(Self.tool))
        members["parallel_tool_calls"] = request.allowsParallelCalls.map { .bool($0) }
        members["tool_choice"] =
            switch request.toolChoice {
            case .auto: Optional.none
            case .none: .string("none")
            case .required: .string("required")
            case .function(let name): ["type": "function", "function": ["name": .string(name)]]
            }
    }

    private static func tool(_ tool: ChatTool) -> JSONValue {
        let nothing: JSONValue = ["type": "object", "properties": [:]]
        var function: [String: JSONValue] = ["name": .string(tool.name)]
        function["description"] = tool.description.map { .string($0) }
        function["parameters"] = tool.parameters.flatMap { JSONValue(text: $0) } ?? nothing
        return ["type": "function", "function": .object(function)]
    }
}
