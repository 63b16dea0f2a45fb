import Characters
import Foundation
import HTTPTypes
import Hummingbird
import Limits
import NIOCore

/// What the routes of characters share.
struct CharacterService: Sendable {
    /// `nil` where the database cannot be used, which the log explains at the start.
    let store: CharacterStore?
    let keeper: MemoryKeeper?
    /// What the language model is told where a card has no system prompt.
    let systemPrompt: String
    /// What bodies of requests count against.
    let memory: MemoryBudget
    /// Read bodies, and cards out of them.
    let threads: WorkThreads

    func addRoutes(
        to router: Router<ServerContext>,
        voice: VoiceEngines,
        transcription: TranscriptionRoute,
        speech: WholeSpeech,
        drain: SessionDrain
    ) {
        CharacterRoutes(service: self).add(to: router)
        InstanceRoutes(service: self).add(to: router)
        MemoryRoutes(service: self).add(to: router)
        MessageRoutes(service: self, voice: voice, transcription: transcription, speech: speech, drain: drain).add(
            to: router
        )
    }

    /// What a client is told where there is no database.
    static let unavailable = """
        This server cannot store characters; its log says why. STATE_DIR must be a folder that can be written, with space left.
        """

    /// The database.
    func open() throws(APIError) -> CharacterStore {
        guard let store else {
            throw APIError(.serviceUnavailable, Self.unavailable, code: "characters_unavailable")
        }
        return store
    }

    /// Reads a body of at most so many bytes.
    func body(of request: Request, _ context: ServerContext, atMost maximum: Int) async throws -> [UInt8] {
        try await request.body(maximum: maximum, on: context.channel, holding: memory.makeShare())
    }
}

extension ServerContext {
    /// Whose characters the request is about.
    var owner: CharacterOwner { CharacterOwner(keyName: client.name) }

    /// A part of the path, as the client wrote it before percent-encoding.
    ///
    /// The database takes a name to end at a zero, so that another stands for it, which no name of this server has.
    func pathValue(_ name: String) -> String {
        let value = parameters.get(name) ?? ""
        return (value.removingPercentEncoding ?? value).replacing("\0", with: "\u{FFFD}")
    }
}
