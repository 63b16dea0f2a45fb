internal import JSON

/// A conversation as servers take it, however strict they are.
///
/// - One system message, the first: every other one joins it.
/// - The user begins; where nobody has spoken, with a greeting.
/// - Neighbours of one role are one message.
/// - A call is followed at once by its output. One that is still waited for says so, since a call without any is refused
///   as is an output without a call, which is left out.
struct WireMessages {
    private enum Message {
        case user(String)
        case assistant(String, calls: [ChatCall])
    }

    static let greeting = "Hello."
    static let noOutputYet = "No result yet."

    /// As JSON objects, in their order.
    let wire: [JSONValue]

    init(_ messages: [ChatMessage]) {
        var system: [String] = []
        var outputs: [String: String] = [:]
        var merged: [Message] = []
        for message in messages {
            switch message {
            case .system(let text): system += Self.present(text)
            case .user(let text): for text in Self.present(text) { Self.append(user: text, to: &merged) }
            case .assistant(let text): for text in Self.present(text) { Self.append(assistant: text, to: &merged) }
            case .call(let call): Self.append(call, to: &merged, outputs)
            case .output(let id, let text): outputs[id] = text
            }
        }

        if case .user = merged.first {} else { merged.insert(.user(Self.greeting), at: 0) }
        let head = system.isEmpty ? [] : [Self.message("system", text: system.joined(separator: "\n\n"))]
        wire = head + merged.flatMap { Self.wire($0, outputs: outputs) }
    }

    private static func present(_ text: String) -> [String] {
        text.allSatisfy(\.isWhitespace) ? [] : [text]
    }

    private static func append(user text: String, to merged: inout [Message]) {
        if case .user(let before) = merged.last {
            merged[merged.count - 1] = .user(before + "\n" + text)
        } else {
            merged.append(.user(text))
        }
    }

    /// Text after calls is a message of its own: it answers their outputs.
    private static func append(assistant text: String, to merged: inout [Message]) {
        if case .assistant(let before, let calls) = merged.last, calls.isEmpty {
            merged[merged.count - 1] = .assistant(before + "\n" + text, calls: [])
        } else {
            merged.append(.assistant(text, calls: []))
        }
    }

    /// Calls that were made at once are one message; one that came after the others' outputs is another.
    private static func append(_ call: ChatCall, to merged: inout [Message], _ outputs: [String: String]) {
        if case .assistant(let text, let calls) = merged.last, calls.allSatisfy({ outputs[$0.id] == nil }) {
            merged[merged.count - 1] = .assistant(text, calls: calls + [call])
        } else {
            merged.append(.assistant("", calls: [call]))
        }
    }

    private static func wire(_ message: Message, outputs: [String: String]) -> [JSONValue] {
        switch message {
        case .user(let text): return [Self.message("user", text: text)]
        case .assistant(let text, let calls) where calls.isEmpty: return [Self.message("assistant", text: text)]
        case .assistant(let text, let calls):
            let content: JSONValue = text.isEmpty ? .null : .string(text)
            let head: JSONValue = [
                "role": "assistant", "content": content, "tool_calls": .array(calls.map(Self.call)),
            ]
            return [head]
                + calls.map { call in
                    let output = outputs[call.id] ?? noOutputYet
                    return ["role": "tool", "tool_call_id": .string(call.id), "content": .string(output)]
                }
        }
    }

    private static func message(_ role: String, text: String) -> JSONValue {
        ["role": .string(role), "content": .string(text)]
    }

    private static func call(_ call: ChatCall) -> JSONValue {
        let function: JSONValue = ["name": .string(call.name), "arguments": .string(call.arguments)]
        return ["id": .string(call.id), "type": "function", "function": function]
    }
}
