import Characters
import Dialects
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// What an instance remembers: `/v1/instances/{id}/memory`, `…/facts` and `…/export`.
struct MemoryRoutes: Sendable {
    let service: CharacterService

    func add(to router: Router<ServerContext>) {
        let instance = "\(InstanceRoutes.path)/:instance"
        router.get("\(instance)/memory", use: CharacterService.guarded(show))
        router.patch("\(instance)/memory", use: CharacterService.guarded(change))
        router.delete("\(instance)/memory", use: CharacterService.guarded(forget))
        router.get("\(instance)/facts", use: CharacterService.guarded(listFacts))
        router.post("\(instance)/facts", use: CharacterService.guarded(addFact))
        router.get("\(instance)/facts/:fact", use: CharacterService.guarded(showFact))
        router.patch("\(instance)/facts/:fact", use: CharacterService.guarded(changeFact))
        router.delete("\(instance)/facts/:fact", use: CharacterService.guarded(deleteFact))
        router.get("\(instance)/export", use: CharacterService.guarded(export))
    }

    private func show(_ request: Request, _ context: ServerContext) async throws -> Response {
        let instance = try await service.open().instance(context.pathValue("instance"), owner: context.owner)
        return .personal(instance.memoryJSON, tag: instance.memoryTag)
    }

    private func change(_ request: Request, _ context: ServerContext) async throws -> Response {
        let store = try service.open()
        let seen = try EntityTag(request, count: 2).map { (version: $0.versions[0], memory: $0.versions[1]) }
        let fields = try await fields(of: request, context)
        let instance = try await store.changeMemory(
            of: context.pathValue("instance"),
            seen: seen,
            pinned: try fields.string("memory"),
            summary: try fields.string("summary"),
            owner: context.owner
        )
        return .personal(instance.memoryJSON, tag: instance.memoryTag)
    }

    private func forget(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = context.pathValue("instance")
        try await service.open().deleteMemory(of: id, owner: context.owner)
        return .deleted(id, "character.memory")
    }

    private func listFacts(_ request: Request, _ context: ServerContext) async throws -> Response {
        let facts = try await service.open().facts(of: context.pathValue("instance"), owner: context.owner)
        return .personal(.list(facts.map(\.json)))
    }

    private func addFact(_ request: Request, _ context: ServerContext) async throws -> Response {
        let store = try service.open()
        let text = try await text(of: request, context)
        let fact = try await store.addFact(text, to: context.pathValue("instance"), owner: context.owner)
        return .personal(fact.json, status: .created)
    }

    private func showFact(_ request: Request, _ context: ServerContext) async throws -> Response {
        let fact = try await service.open().fact(
            context.pathValue("fact"),
            of: context.pathValue("instance"),
            owner: context.owner
        )
        return .personal(fact.json)
    }

    private func changeFact(_ request: Request, _ context: ServerContext) async throws -> Response {
        let store = try service.open()
        let text = try await text(of: request, context)
        let fact = try await store.changeFact(
            context.pathValue("fact"),
            of: context.pathValue("instance"),
            to: text,
            owner: context.owner
        )
        return .personal(fact.json)
    }

    private func deleteFact(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = context.pathValue("fact")
        try await service.open().deleteFact(id, of: context.pathValue("instance"), owner: context.owner)
        return .deleted(id, "character.fact")
    }

    private func text(of request: Request, _ context: ServerContext) async throws -> String {
        let fields = try await fields(of: request, context)
        guard let text = try fields.string("text") else { throw fields.missing("text") }
        return text
    }

    private func fields(of request: Request, _ context: ServerContext) async throws -> JSONFields {
        try JSONFields(body: try await service.body(of: request, context, atMost: InstanceRoutes.maximumBody))
    }

    /// Everything that is stored of an instance; the messages are read while they are sent.
    private func export(_ request: Request, _ context: ServerContext) async throws -> Response {
        let (store, owner) = (try service.open(), context.owner)
        let instance = try await store.instance(context.pathValue("instance"), owner: owner)
        let character = try await store.character(instance.character, owner: owner)
        let facts = try await store.facts(of: instance.id, owner: owner)
        var head: [UInt8] = []
        func member(_ name: String, _ json: [UInt8]) { head += Array("\"\(name)\":".utf8) + json + Array(",".utf8) }
        member("object", JSONValue.string("character.export").text)
        member("character", character.json.text)
        member("card", character.card.text(as: character.card.version))
        member("instance", instance.json.text)
        member("summary", JSONValue.string(instance.summary).text)
        member("facts", JSONValue.array(facts.map(\.json)).text)
        let start = Array("{".utf8) + head + Array("\"messages\":[".utf8)
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(bytes: start))
            var page = PageRequest(limit: PageRequest.limits.upperBound)
            var isFirst = true
            while true {
                let messages = try await store.messages(of: instance.id, page, owner: owner)
                let separator = isFirst || messages.elements.isEmpty ? "" : ","
                let texts = messages.elements.map { String(decoding: $0.json.text, as: UTF8.self) }
                try await writer.write(ByteBuffer(string: separator + texts.joined(separator: ",")))
                guard messages.hasMore, let last = messages.elements.last else { break }
                page.after = last.id
                isFirst = false
            }
            try await writer.write(ByteBuffer(string: "]}"))
            try await writer.finish(nil)
        }
        let headers: HTTPFields = [
            .contentType: "application/json; charset=utf-8",
            .cacheControl: "private, no-cache",
            .contentDisposition: "attachment; filename=\"\(instance.id).json\"",
        ]
        return Response(status: .ok, headers: headers, body: body)
    }
}
