import Chat
import Dialects
import Foundation
import Hummingbird
import JSON
import Sessions
import SpeechSynthesis
import Synchronization

/// What pages with a microphone and a text box ask of their own server: `POST /speech-to-text` and
/// `POST /process-message`.
struct VoicePageRoutes: Sendable {
    let transcriptions: TranscriptionRoute
    let speech: WholeSpeech
    /// What the language model is told before the user's message.
    let instructions: String

    func add(to router: Router<ServerContext>) {
        router.post("/speech-to-text") { try await transcribe($0, context: $1) }
        router.post("/process-message") { try await process($0, context: $1) }
    }

    private func transcribe(_ request: Request, context: ServerContext) async throws -> Response {
        let transcript = try await transcriptions.transcript(of: request, context, as: TranscriptionForm())
        let answer: JSONValue = ["text": .string(transcript.text)]
        return .json(.ok, answer.text)
    }

    private func process(_ request: Request, context: ServerContext) async throws -> Response {
        let fields = try await request.jsonBody(maximum: WholeSpeech.maximumBody, on: context.channel)
        let answer = try await speech.interruptibly(context) {
            let message = try fields.text("userMessage")
            let name = try fields.nullableString("voice") ?? nil
            let text = try await reply(to: message)
            let voice = name == "" || name == "default" ? nil : name
            let audio = try await speech.wav(of: text, voice: voice)
            let answer: JSONValue = [
                "openaiResponseText": .string(text),
                "openaiResponseSpeech": .string(Data(audio).base64EncodedString()),
            ]
            return answer.text
        }

        return .json(.ok, answer)
    }

    /// What the language model says to a message without anything before it.
    private func reply(to message: String) async throws -> String {
        guard let model = speech.voice.languageModel else { throw ChatError.notConfigured }

        let heard = Mutex((text: "", isCut: false))
        var messages: [ChatMessage] = instructions.isEmpty ? [] : [.system(instructions)]
        messages.append(.user(message))
        _ = try await model.reply(to: ChatRequest(messages: messages)) { part in
            guard case .text(let more) = part else { return }
            // What is too long to be spoken as a whole is cut off.
            heard.withLock { heard in
                heard.isCut = heard.isCut || heard.text.utf8.count + more.utf8.count > WholeSpeech.maximumText
                if !heard.isCut { heard.text += more }
            }
        }
        return heard.withLock(\.text)
    }
}
