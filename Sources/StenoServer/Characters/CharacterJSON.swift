import Characters
import HTTPTypes
import Hummingbird
import JSON

extension CharacterRecord {
    var json: JSONValue {
        .character(id, card.shown, voice: voice, isReadOnly: isReadOnly, created: created, updated: updated)
    }

    var tag: EntityTag { EntityTag(version) }
}

extension CharacterSummary {
    var json: JSONValue {
        var shown = shown
        shown["name"] = .string(name)
        return .character(id, shown, voice: voice, isReadOnly: isReadOnly, created: created, updated: updated)
    }
}

extension JSONValue {
    fileprivate static func character(
        _ id: String,
        _ card: [String: JSONValue],
        voice: String?,
        isReadOnly: Bool,
        created: Int,
        updated: Int
    ) -> JSONValue {
        let own: [String: JSONValue] = [
            "id": .string(id),
            "object": "character",
            "voice": .nullable(voice),
            "read_only": .bool(isReadOnly),
            "created_at": .integer(created / 1_000),
            "updated_at": .integer(updated / 1_000),
        ]
        return .object(own.merging(card) { own, _ in own })
    }
}

extension CharacterInstance {
    var json: JSONValue {
        [
            "id": .string(id),
            "object": "character.instance",
            "character": .string(character),
            "name": .string(name),
            "memory": .string(pinned),
            "user_name": .nullable(userName),
            "voice": .nullable(voice),
            "retention_days": retentionDays.map { .integer($0) } ?? .null,
            "created_at": .integer(created / 1_000),
            "updated_at": .integer(updated / 1_000),
        ]
    }

    var memoryJSON: JSONValue {
        ["object": "character.memory", "instance": .string(id), "memory": .string(pinned), "summary": .string(summary)]
    }

    var tag: EntityTag { EntityTag(version) }
    var memoryTag: EntityTag { EntityTag(version, memoryVersion) }
}

extension CharacterMessage {
    var json: JSONValue {
        [
            "id": .string(id),
            "object": "character.message",
            "role": .string(role.rawValue),
            "text": .string(text),
            "heard_text": .nullable(heardText),
            "item_id": .nullable(itemID),
            "session": .nullable(session),
            "created_at": .integer(created / 1_000),
        ]
    }
}

extension CharacterFact {
    var json: JSONValue {
        [
            "id": .string(id),
            "object": "character.fact",
            "text": .string(text),
            "author": .string(author.rawValue),
            "source": .nullable(source),
            "confidence": confidence.map { .number($0) } ?? .null,
            "created_at": .integer(created / 1_000),
            "used_at": .integer(used / 1_000),
        ]
    }
}

extension Response {
    /// An answer that must not be kept by caches in between.
    static func personal(
        _ value: JSONValue,
        status: HTTPResponse.Status = .ok,
        tag: EntityTag? = nil,
        location: String? = nil
    ) -> Response {
        var response = json(status, value.text, headers: [.cacheControl: "private, no-cache"])
        if let tag { response.headers[.eTag] = tag.text }
        if let location { response.headers[.location] = location }
        return response
    }

    /// What is said of something that is gone.
    static func deleted(_ id: String, _ object: String) -> Response {
        personal(["id": .string(id), "object": .string(object + ".deleted"), "deleted": .bool(true)])
    }
}
