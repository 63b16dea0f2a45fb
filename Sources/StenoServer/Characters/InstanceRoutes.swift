import Characters
import Dialects
import HTTPTypes
import Hummingbird
import JSON
import Sessions

/// The instances of characters: `/v1/characters/{id}/instances` and `/v1/instances/{id}`.
struct InstanceRoutes: Sendable {
    static let path = "/v1/instances"

    let service: CharacterService

    /// Bytes of a body: JSON may write each byte of the texts as six.
    static let maximumBody = 6 * (CharacterLimits.pinned + 4 * CharacterLimits.name) + 1_024

    func add(to router: Router<ServerContext>) {
        let collection = "\(CharacterRoutes.path)/:character/instances"
        router.get(RouterPath(collection), use: CharacterService.guarded(list))
        router.post(RouterPath(collection), use: CharacterService.guarded(create))
        router.get("\(Self.path)/:instance", use: CharacterService.guarded(show))
        router.patch("\(Self.path)/:instance", use: CharacterService.guarded(change))
        router.delete("\(Self.path)/:instance", use: CharacterService.guarded(delete))
    }

    private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let page = try await service.open().instances(
            of: context.pathValue("character"),
            named: request.queryValue("name"),
            try PageRequest(request),
            owner: context.owner
        )
        return .personal(.list(page.elements.map(\.json), hasMore: page.hasMore))
    }

    private func create(_ request: Request, _ context: ServerContext) async throws -> Response {
        let store = try service.open()
        let wish = try InstanceChange(try await fields(of: request, context))
        let instance = try await store.createInstance(
            of: context.pathValue("character"),
            wish,
            owner: context.owner
        )
        let location = "\(Self.path)/\(instance.id)"
        return .personal(instance.json, status: .created, tag: instance.tag, location: location)
    }

    private func show(_ request: Request, _ context: ServerContext) async throws -> Response {
        let instance = try await service.open().instance(context.pathValue("instance"), owner: context.owner)
        return .personal(instance.json, tag: instance.tag)
    }

    private func change(_ request: Request, _ context: ServerContext) async throws -> Response {
        let store = try service.open()
        let seen = try EntityTag(request)
        let wish = try InstanceChange(try await fields(of: request, context))
        let instance = try await store.changeInstance(
            context.pathValue("instance"),
            version: seen?.versions[0],
            wish,
            owner: context.owner
        )
        return .personal(instance.json, tag: instance.tag)
    }

    private func delete(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = context.pathValue("instance")
        try await service.open().deleteInstance(
            id,
            version: try EntityTag(request)?.versions[0],
            owner: context.owner
        )
        return .deleted(id, "character.instance")
    }

    private func fields(of request: Request, _ context: ServerContext) async throws -> JSONFields {
        try JSONFields(body: try await service.body(of: request, context, atMost: Self.maximumBody))
    }
}

extension InstanceChange {
    init(_ fields: JSONFields) throws(ClientError) {
        self.init()
        name = try fields.string("name")
        pinned = try fields.string("memory")
        userName = try fields.nullableString("user_name")
        voice = try fields.nullableString("voice")
        if fields.values["retention_days"] == .null {
            retentionDays = .some(nil)
        } else if let days = try fields.integer("retention_days", in: 0...CharacterLimits.retentionDays) {
            retentionDays = .some(days)
        }
    }
}
