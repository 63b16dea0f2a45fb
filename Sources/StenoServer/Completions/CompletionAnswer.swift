import Chat
import JSON
import Synchronization

/// The answer to a chat completion, written as one of OpenAI's API before chats.
struct CompletionAnswer {
    /// Bytes of an answer in one piece.
    private static let maximumLength = 16 << 20

    let chat: ChatAnswer

    /// - Throws: `ChatError`.
    func answer() async throws -> ChatAnswer { chat.isStreamed ? events : try await whole() }

    private func whole() async throws -> ChatAnswer {
        let bytes = try await chat.whole(limit: Self.maximumLength)
        guard let value = try? JSONValue(parsing: bytes.span), case .array? = value["choices"] else {
            throw ChatError.invalidResponse
        }
        let rest = Mutex<[UInt8]?>(Self.completion(value, text: "message").text)
        return ChatAnswer(contentType: ChatAnswer.json) { rest.withLock { $0.take() } }
    }

    private var events: ChatAnswer {
        let parser = Mutex(EventStreamParser())
        let isOver = Mutex(false)
        return ChatAnswer(contentType: chat.contentType) { [chat] in
            while !isOver.withLock(\.self) {
                let piece = try await chat.next()
                let events = parser.withLock { parser in piece.map { parser.take($0) } ?? parser.finish() }
                if piece == nil { isOver.withLock { $0 = true } }
                let translated = events.flatMap(Self.event)
                if !translated.isEmpty { return translated }
            }
            return nil
        }
    }

    /// One event, or nothing for a part without text.
    private static func event(_ data: [UInt8]) -> [UInt8] {
        guard let value = try? JSONValue(parsing: data.span) else { return line(data) }
        guard case .array(let choices)? = value["choices"] else { return line(data) }
        let says = choices.contains { choice in
            choice["delta"]?["content"]?.string?.isEmpty == false || choice["finish_reason"]?.string != nil
        }
        let tellsUsage = value["usage"].map { $0 != .null } ?? false
        return says || tellsUsage ? line(completion(value, text: "delta").text) : []
    }

    private static func line(_ data: [UInt8]) -> [UInt8] { Array("data: ".utf8) + data + Array("\n\n".utf8) }

    /// - Parameter name: The member of a choice that has the text.
    private static func completion(_ value: JSONValue, text name: String) -> JSONValue {
        var members = value.members.filter { ["id", "created", "model", "usage"].contains($0.key) }
        members["object"] = "text_completion"
        members["choices"] = .array(
            (value["choices"]?.elements ?? []).enumerated().map { place, choice in
                [
                    "text": .string(choice[name]?["content"]?.string ?? ""),
                    "index": choice["index"] ?? .integer(place), "logprobs": nil,
                    "finish_reason": choice["finish_reason"] ?? nil,
                ]
            }
        )
        return .object(members)
    }
}
