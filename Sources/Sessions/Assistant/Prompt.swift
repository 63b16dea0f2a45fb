import Chat

/// A conversation as a language model is to read it.
enum Prompt {
    /// What stands behind words in the middle of which the assistant was interrupted.
    private static let cut = "—"

    /// The messages of some items, behind the instructions.
    ///
    /// What the assistant said counts as far as it was heard. A call that has no output yet is left out, as servers
    /// refuse it.
    static func messages(instructions: String, items: [ConversationItem]) -> [ChatMessage] {
        var messages: [ChatMessage] = instructions.isEmpty ? [] : [.system(instructions)]
        let outputs = outputs(in: items)
        for item in items {
            switch item.content {
            case .message(let role, let parts):
                let text = text(of: parts)
                guard !text.isEmpty else { continue }
                switch role {
                case .system: messages.append(.system(text))
                case .user: messages.append(.user(text))
                case .assistant: messages.append(.assistant(item.status == .incomplete ? text + cut : text))
                }
            case .call(let call):
                guard let output = outputs[call.id] else { continue }
                messages += [.call(call), .output(callID: call.id, output)]
            case .output: continue
            }
        }

        return messages
    }

    private static func outputs(in items: [ConversationItem]) -> [String: String] {
        var outputs: [String: String] = [:]
        for case .output(let callID, let text) in items.map(\.content) { outputs[callID] = text }
        return outputs
    }

    static func text(of parts: [ConversationItem.Part]) -> String {
        parts.map(\.text).filter { !$0.isEmpty }.joined(separator: " ")
    }
}
