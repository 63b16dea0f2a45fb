import Audio
import Characters
import Chat
import Dialects
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import WebSocketTransport

/// What is said to an instance, and by it: `/v1/instances/{id}/messages`.
struct MessageRoutes: Sendable {
    let service: CharacterService
    let voice: VoiceEngines
    let transcription: TranscriptionRoute
    let speech: WholeSpeech
    let drain: SessionDrain
    private let turns = RunningTurns()

    /// Bytes of a reply; what comes after them is left out.
    private static let maximumReply = 32 << 10

    init(
        service: CharacterService,
        voice: VoiceEngines,
        transcription: TranscriptionRoute,
        speech: WholeSpeech,
        drain: SessionDrain
    ) {
        self.service = service
        self.voice = voice
        self.transcription = transcription
        self.speech = speech
        self.drain = drain
    }

    func add(to router: Router<ServerContext>) {
        let path = "\(InstanceRoutes.path)/:instance/messages"
        router.get(RouterPath(path), use: CharacterService.guarded(list))
        router.post(RouterPath(path), use: CharacterService.guarded(answer))
        router.delete(RouterPath(path), use: CharacterService.guarded(forgetAll))
        router.delete("\(path)/:message", use: CharacterService.guarded(forget))
    }

    private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let page = try await service.open().messages(
            of: context.pathValue("instance"),
            try PageRequest(request),
            owner: context.owner
        )
        return .personal(.list(page.elements.map(\.json), hasMore: page.hasMore))
    }

    private func forgetAll(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = context.pathValue("instance")
        try await service.open().deleteMessages(of: id, owner: context.owner)
        return .deleted(id, "character.messages")
    }

    private func forget(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = context.pathValue("message")
        try await service.open().deleteMessages(id, of: context.pathValue("instance"), owner: context.owner)
        return .deleted(id, "character.message")
    }

    private func answer(_ request: Request, _ context: ServerContext) async throws -> Response {
        let store = try service.open()

        // A name that leads nowhere is told before audio is transcribed for it.
        let id = try await store.instance(context.pathValue("instance"), owner: context.owner).id
        let interruption = Interruption()
        let controls = SessionDrain.Controls(
            endInput: {},
            disconnect: { interruption.interrupt(.serverStopping) }
        )
        let seat = try drain.enter(controls)
        try await context.channel.notifyPeerClose { interruption.interrupt(.clientGone) }
        let turn = try turns.begin(id)
        let answer = try await interruption.run {
            let message = try await read(request, context: context)
            return try await reply(to: message, of: id, store, context)
        }

        withExtendedLifetime((seat, turn)) {}
        return .personal(answer)
    }

    private func read(_ request: Request, context: ServerContext) async throws -> MessageRequest {
        guard ParameterizedHeader(request.headers[.contentType] ?? "").value == "multipart/form-data" else {
            let body = try await service.body(of: request, context, atMost: MessageRequest.maximumBody)
            return try MessageRequest(JSONFields(body: body))
        }
        let (job, fields) = try await transcription.read(request, context, keeping: MessageRequest.formFields)
        let transcript = try await withTaskExecutorPreference(transcription.fileThreads) { try await job.file.run() }
        return try MessageRequest(fields, heard: transcript.text)
    }

    /// Has a message answered, stores both, and only then gives what the client is told.
    private func reply(
        to message: MessageRequest,
        of id: String,
        _ store: CharacterStore,
        _ context: ServerContext
    ) async throws -> JSONValue {
        let conversation = try await store.begin(
            instance: id,
            systemPrompt: service.systemPrompt,
            owner: context.owner
        )
        let greeting = conversation.isNew ? conversation.prompt.greeting : nil
        var said = greeting.map { [NewMessage(.assistant, $0)] } ?? []
        if let text = message.text {
            let reply = try await reply(to: text, conversation)
            said += [NewMessage(.user, text), NewMessage(.assistant, reply)]
        } else if said.isEmpty {
            let message =
                "'text' is missing. Without it a character says its first words, if it has any and nothing was said."
            throw APIError(.badRequest, message, code: "missing_required_parameter", param: "text")
        }

        let stored = try await store.append(said, to: id, owner: context.owner)
        service.keeper?.review(instance: id, owner: context.owner)
        context.logger.debug(
            "Message answered",
            metadata: ["steno.instance": "\(id)", "steno.reply.bytes": "\(stored.last?.text.utf8.count ?? 0)"]
        )

        var answer: [String: JSONValue] = [
            "object": "character.turn",
            "instance": .string(id),
            "message": stored.last { $0.role == .user }?.json ?? .null,
            "reply": stored.last?.json ?? .null,
            "stored": .bool(store.retention(of: conversation.instance) > 0),
            "speech": .null,
            "speech_error": .null,
        ]
        if message.wantsSpeech, let reply = stored.last?.text {
            let (name, value) = try await spoken(reply, voice: conversation.voice, logger: context.logger)
            answer[name] = value
        }

        return .object(answer)
    }

    private func reply(to text: String, _ conversation: CharacterConversation) async throws -> String {
        guard let model = voice.languageModel else { throw ChatError.notConfigured }
        let request = ChatRequest(messages: conversation.messages(toAnswer: text, now: .now))
        let reply = try await ReplyText.collect(request, from: model, atMost: Self.maximumReply)
        guard reply.contains(where: { !$0.isWhitespace }) else { throw ChatError.invalidResponse }
        return reply
    }

    /// The member of the answer with the speech, or with what kept it from being made: the text has its answer already.
    private func spoken(_ reply: String, voice name: String?, logger: Logger) async throws -> (String, JSONValue) {
        do {
            let file = try await speech.wav(ofReply: reply, voice: name)
            let data = JSONValue.string(Base64.encode(file))
            return ("speech", ["format": "wav", "sample_rate": .integer(SpeechFormat.rate), "data": data])
        } catch {
            try Task.checkCancellation()
            let failure = APIError(aboutCharacters: error, logger: logger)
            if failure == nil { logger.error("A reply was not spoken", metadata: ["error": "\(error)"]) }
            let told = failure ?? .unforeseen
            return ("speech_error", ["message": .string(told.message), "code": .nullable(told.code)])
        }
    }
}
