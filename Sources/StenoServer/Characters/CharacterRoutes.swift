import Characters
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// `/v1/characters`: who can be talked with.
struct CharacterRoutes: Sendable {
    static let path = "/v1/characters"

    let service: CharacterService

    func add(to router: Router<ServerContext>) {
        router.get(RouterPath(Self.path), use: CharacterService.guarded(list))
        router.post(RouterPath(Self.path), use: CharacterService.guarded(create))
        router.get("\(Self.path)/:character", use: CharacterService.guarded(show))
        router.patch("\(Self.path)/:character", use: CharacterService.guarded(change))
        router.delete("\(Self.path)/:character", use: CharacterService.guarded(delete))
        router.get("\(Self.path)/:character/card", use: CharacterService.guarded(card))
    }

    private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let page = try await service.open().characters(
            named: request.queryValue("name"),
            try PageRequest(request),
            owner: context.owner
        )
        return .personal(.list(page.elements.map(\.json), hasMore: page.hasMore))
    }

    private func create(_ request: Request, _ context: ServerContext) async throws -> Response {
        let store = try service.open()
        let body = try await service.body(of: request, context, atMost: CharacterLimits.cardFile)
        let wish = try await withTaskExecutorPreference(service.threads) { try ImportedCard(body) }
        let character = try await store.createCharacter(wish.card, voice: wish.voice, owner: context.owner)
        let location = "\(Self.path)/\(character.id)"
        return .personal(character.json, status: .created, tag: character.tag, location: location)
    }

    private func show(_ request: Request, _ context: ServerContext) async throws -> Response {
        let character = try await service.open().character(context.pathValue("character"), owner: context.owner)
        return .personal(character.json, tag: character.tag)
    }

    private func change(_ request: Request, _ context: ServerContext) async throws -> Response {
        let store = try service.open()
        let seen = try EntityTag(request)
        let body = try await service.body(of: request, context, atMost: CharacterLimits.card)
        let change = try CardChange(body)
        let character = try await store.changeCharacter(
            context.pathValue("character"),
            version: seen?.versions[0],
            owner: context.owner
        ) { card, voice throws(CardError) in
            try change.apply(to: &card, &voice)
        }
        return .personal(character.json, tag: character.tag)
    }

    private func delete(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = context.pathValue("character")
        try await service.open().deleteCharacter(
            id,
            version: try EntityTag(request)?.versions[0],
            force: request.queryValue("force") == "true",
            owner: context.owner
        )
        return .deleted(id, "character")
    }

    /// The card in the version that is asked for or its own, as JSON or as a file around it.
    private func card(_ request: Request, _ context: ServerContext) async throws -> Response {
        let character = try await service.open().character(context.pathValue("character"), owner: context.owner)
        var version = character.card.version
        if let name = request.queryValue("format") {
            guard let wanted = CharacterCard.Version(rawValue: name) else {
                throw CharacterError.invalid(param: "format", expected: "'v2' or 'v3'")
            }
            version = wanted
        }

        guard let file = CharacterCard.File(rawValue: request.queryValue("file") ?? "json") else {
            throw CharacterError.invalid(param: "file", expected: "'json', 'png' or 'charx'")
        }
        let name = "\(character.id).\(file.rawValue)"
        return Response(
            status: .ok,
            headers: [
                .contentType: file.mediaType,
                .cacheControl: "private, no-cache",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: character.card.file(file, version: version)))
        )
    }
}

extension CharacterCard.File {
    var mediaType: String {
        switch self {
        case .json: "application/json; charset=utf-8"
        case .png: "image/png"
        case .charx: "application/zip"
        }
    }
}

typealias CharacterHandler = @Sendable (Request, ServerContext) async throws -> Response

extension CharacterService {
    /// The handler with its errors as a client is told them.
    static func guarded(_ handler: @escaping CharacterHandler) -> CharacterHandler {
        { request, context in
            do { return try await handler(request, context) } catch {
                throw APIError(aboutCharacters: error, logger: context.logger) ?? error
            }
        }
    }
}
