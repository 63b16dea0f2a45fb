import Chat
import Dialects
import JSON
import Sessions

/// A request of OpenAI's API before chats (`POST /v1/completions`), written as one for a chat completion.
///
/// The prompt becomes the only message, of the user. What chat completions do not have is left out: `suffix`, `echo`,
/// `best_of` and `logprobs`.
struct CompletionRequest {
    let chat: ForwardedRequest

    private static let untranslated = ["prompt", "suffix", "echo", "best_of", "logprobs", "engine"]

    /// - Parameter engine: The model's name where the path has it.
    init(_ body: JSONFields, engine: String?) throws(ClientError) {
        var members = body.values
        for name in Self.untranslated { members[name] = nil }
        members["messages"] = [["role": "user", "content": .string(try Self.prompt(body))]]
        if members["model"] == nil, let engine { members["model"] = .string(engine) }
        do throws(JSONError) {
            chat = try ForwardedRequest(JSONValue.object(members).text)
        } catch {
            throw ClientError(.invalidValue, "The body cannot be passed on: \(error).")
        }
    }

    /// A text, or a list of one.
    private static func prompt(_ body: JSONFields) throws(ClientError) -> String {
        switch body.values["prompt"] {
        case nil, .null: throw body.missing("prompt")
        case .string(let text): return text
        case .array(let texts) where texts.count == 1 && texts[0].string != nil: return texts[0].string ?? ""
        default: throw body.wrong("prompt", "a text; send one request for each of several")
        }
    }
}
