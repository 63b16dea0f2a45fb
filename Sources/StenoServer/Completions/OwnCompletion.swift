import Chat
import Dialects
import Foundation
import JSON
import Sessions
import Synchronization

/// A chat completion of a model that speaks no protocol of its own, such as the echo.
struct OwnCompletion {
    private let model: any LanguageModel
    private let request: ForwardedRequest
    private let fields: JSONFields

    init(_ model: any LanguageModel, _ request: ForwardedRequest) throws(ClientError) {
        self.model = model
        self.request = request
        do throws(JSONError) {
            fields = JSONFields(values: try JSONValue(parsing: request.body.span).members)
        } catch {
            throw ClientError(.invalidJSON, "The body cannot be read: \(error). Send a JSON object.")
        }
    }

    func answer() async throws -> ChatAnswer {
        let text = Mutex("")
        let end = try await model.reply(to: try chatRequest()) { part in
            if case .text(let more) = part { text.withLock { $0 += more } }
        }
        let completion = Completion(
            id: Identifier.random("chatcmpl"),
            created: Int(Date().timeIntervalSince1970),
            model: model.name,
            text: text.withLock(\.self),
            end: end,
            tellsUsage: try fields.object("stream_options")?.bool("include_usage") == true
        )
        return request.isStreamed ? completion.events : completion.whole
    }

    private func chatRequest() throws(ClientError) -> ChatRequest {
        guard case .array(let entries)? = fields.values["messages"], !entries.isEmpty else {
            throw fields.wrong("messages", "an array of at least one message")
        }

        var messages: [ChatMessage] = []
        for (index, entry) in entries.enumerated() {
            messages.append(try Self.message(JSONFields(values: entry.members, path: "messages[\(index)].")))
        }
        var chat = ChatRequest(messages: messages)
        let limits = ["max_completion_tokens", "max_tokens"]
        for name in limits where fields.values[name] != .null && chat.maximumTokens == nil {
            chat.maximumTokens = try fields.integer(name, in: 1...(1 << 30))
        }
        return chat
    }

    private static func message(_ fields: JSONFields) throws(ClientError) -> ChatMessage {
        let text: String
        switch fields.values["content"] {
        case .string(let content): text = content
        case .array(let parts): text = parts.compactMap { $0["text"]?.string }.joined(separator: " ")
        case nil, .null: text = ""
        default: throw fields.wrong("content", "a string or an array of parts")
        }

        switch try fields.string("role") {
        case "system", "developer": return .system(text)
        case "user": return .user(text)
        case "assistant": return .assistant(text)
        case "tool", "function": return .output(callID: fields.values["tool_call_id"]?.string ?? "", text)
        default: throw fields.wrong("role", "'system', 'developer', 'user', 'assistant' or 'tool'")
        }
    }
}

extension OwnCompletion {
    /// What the model said, in either form.
    private struct Completion: Sendable {
        var id: String
        /// Seconds since 1970.
        var created: Int
        var model: String
        var text: String
        var end: ChatEnd
        var tellsUsage: Bool

        private var reason: JSONValue {
            switch end.reason {
            case .complete: "stop"
            case .tokenLimit: "length"
            case .contentFilter: "content_filter"
            }
        }

        private var usage: JSONValue {
            guard let usage = end.usage else { return nil }
            return [
                "prompt_tokens": .integer(usage.input), "completion_tokens": .integer(usage.output),
                "total_tokens": .integer(usage.input + usage.output),
            ]
        }

        private func object(_ type: JSONValue, choices: JSONValue) -> [String: JSONValue] {
            [
                "id": .string(id), "object": type, "created": .integer(created), "model": .string(model),
                "choices": choices,
            ]
        }

        var whole: ChatAnswer {
            let message: JSONValue = ["role": "assistant", "content": .string(text)]
            var fields = object(
                "chat.completion",
                choices: [["index": 0, "message": message, "finish_reason": reason]]
            )
            fields["usage"] = usage
            let rest = Mutex<[UInt8]?>(JSONValue.object(fields).text)
            return ChatAnswer(contentType: ChatAnswer.json) { rest.withLock { $0.take() } }
        }

        /// Events that are made as they are asked for, so that many of them take no memory.
        var events: ChatAnswer {
            let place = Mutex(Place(rest: text[...]))
            return ChatAnswer(contentType: ChatAnswer.eventStream) {
                place.withLock { event(at: &$0) }.map { Array("data: ".utf8) + $0 + Array("\n\n".utf8) }
            }
        }

        private struct Place {
            var rest: Substring
            var last = [Last.reason, .usage, .done][...]
        }

        private enum Last {
            case reason, usage, done
        }

        private func event(at place: inout Place) -> [UInt8]? {
            if !place.rest.isEmpty {
                let delta: JSONValue = ["role": "assistant", "content": .string(Self.word(&place.rest))]
                return chunk([["index": 0, "delta": delta, "finish_reason": nil]])
            }

            switch place.last.popFirst() {
            case .reason: return chunk([["index": 0, "delta": [:], "finish_reason": reason]])
            case .usage:
                guard tellsUsage else { return event(at: &place) }
                var fields = object("chat.completion.chunk", choices: [])
                fields["usage"] = usage
                return JSONValue.object(fields).text
            case .done: return Array("[DONE]".utf8)
            case nil: return nil
            }
        }

        private func chunk(_ choices: JSONValue) -> [UInt8] {
            JSONValue.object(object("chat.completion.chunk", choices: choices)).text
        }

        /// The next word with the space before it.
        private static func word(_ rest: inout Substring) -> String {
            let start = rest.firstIndex { !$0.isWhitespace } ?? rest.endIndex
            let end = rest[start...].firstIndex(where: \.isWhitespace) ?? rest.endIndex
            defer { rest = rest[end...] }
            return String(rest[..<end])
        }
    }
}
