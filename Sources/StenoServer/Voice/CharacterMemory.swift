import Characters
import Foundation
import Hummingbird
import Logging
import Sessions
import Synchronization

/// Gives one session its characters, and keeps what is said with them.
final class CharacterMemory: SessionMemory {
    private let service: CharacterService
    private let owner: CharacterOwner
    /// What the client secret of the session was made for; `nil` where a key may choose.
    private let permitted: CharacterChoice??
    private let logger: Logger
    private let session = Sessions.Identifier.random("sess")
    /// Instances that the session has talked with.
    private let met = Mutex<Set<String>>([])

    init(service: CharacterService, context: ServerContext) {
        self.service = service
        owner = context.owner
        permitted = context.client.sessionUpdate.map { $0.assistant.character ?? nil }
        logger = context.logger
    }

    func recall(_ choice: CharacterChoice) async -> Result<Persona, ClientError> {
        if let permitted, permitted != choice {
            let message =
                "A client secret opens the character that it was made for. Name it as 'session.prompt' when you make the secret."
            return .failure(ClientError(.characterUnavailable, message, param: "character"))
        }

        do throws(CharacterError) {
            guard let store = service.store else {
                return .failure(ClientError(.characterUnavailable, CharacterService.unavailable))
            }
            let conversation = try await store.begin(
                character: choice.character,
                instance: choice.instance,
                userName: choice.user,
                systemPrompt: service.systemPrompt,
                owner: owner
            )
            _ = met.withLock { $0.insert(conversation.instance.id) }
            logger.debug("Character joined", metadata: ["steno.instance": "\(conversation.instance.id)"])
            return .success(Persona(conversation))
        } catch {
            return .failure(refusal(of: choice, error))
        }
    }

    func remember(_ entries: [MemoryEntry], in memoryID: String) async -> Result<Void, ClientError> {
        guard let store = service.store else { return .success(()) }

        let messages = entries.map { entry in
            NewMessage(
                entry.speaker == .user ? .user : .assistant,
                entry.text,
                heardText: entry.heard,
                itemID: entry.itemID,
                session: session
            )
        }
        do throws(CharacterError) {
            try await store.keep(messages, of: memoryID, owner: owner)
            service.keeper?.review(instance: memoryID, owner: owner)
            return .success(())
        } catch {
            log(error, message: "What was said was not stored", instance: memoryID)
            let message =
                switch error {
                case .notFound: "The instance has been deleted; what is said now is not remembered. Name another one."
                default: "What was just said is not remembered, as the server could not write its database."
                }
            return .failure(ClientError(.memoryNotWritten, message))
        }
    }

    func sessionEnded() async {
        for instance in met.withLock(\.self) {
            service.keeper?.review(instance: instance, owner: owner, sessionEnded: true)
        }
    }

    private func refusal(of choice: CharacterChoice, _ error: CharacterError) -> ClientError {
        switch error {
        case .notFound:
            let message = "There is no character '\(choice.character)'. GET /v1/characters lists those of this key."
            return ClientError(.characterNotFound, message, param: "character")
        case .nameTaken(let name):
            let message = "The instance '\(name)' is one of another character. Choose another name."
            return ClientError(.invalidValue, message, param: "instance")
        case .invalid(_, let expected):
            // Nothing but the name of an instance that is made can be wrong.
            let message = "The instance's name must be \(expected)."
            return ClientError(.invalidValue, message, param: "instance")
        case .tooMany: return ClientError(.characterUnavailable, error.description)
        default:
            log(error, message: "A character cannot be played", instance: nil)
            return ClientError(.characterUnavailable, error.description, param: error.param)
        }
    }

    private func log(_ error: CharacterError, message: Logger.Message, instance: String?) {
        var metadata: Logger.Metadata = ["error": "\(error.detail ?? error.code)"]
        if let instance { metadata["steno.instance"] = "\(instance)" }
        logger.error(message, metadata: metadata)
    }
}

extension Persona {
    fileprivate init(_ conversation: CharacterConversation) {
        let prompt = conversation.prompt
        self.init(
            memoryID: conversation.instance.id,
            instructions: prompt.instructions,
            greeting: conversation.isNew ? prompt.greeting : nil,
            voice: conversation.voice,
            history: conversation.history.compactMap { message in
                switch message.role {
                case .user: ConversationItem(id: message.id, content: .message(.user, [.text(message.known)]))
                case .assistant: ConversationItem(message)
                case .tool: nil
                }
            },
            note: { prompt.afterHistory($0, now: .now) }
        )
    }
}

extension ConversationItem {
    /// An answer in an earlier session.
    fileprivate init(_ message: CharacterMessage) {
        self.init(
            id: message.id,
            content: .message(.assistant, [.text(message.known)]),
            status: message.heardText == nil ? .completed : .incomplete
        )
    }
}
