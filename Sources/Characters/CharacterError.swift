/// Why something could not be done with characters.
///
/// `description` is one sentence for the client. It never contains text of the database library, which `detail` has
/// for the log.
public enum CharacterError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a client may name.
    public enum Entity: String, Sendable {
        case character
        case instance
        case message
        case fact
    }

    case notFound(Entity)
    /// One of the characters that come with the server.
    case readOnly
    case nameTaken(String)
    case hasInstances(count: Int)
    /// It is not in the version that the client has seen.
    case changed
    case tooMany(Entity, limit: Int)
    /// A field that is missing, of the wrong type, or out of range.
    case invalid(param: String, expected: String)
    case card(CardError)
    /// The database failed.
    ///
    /// - Parameter isBroken: Whether the disk is full, or disk or file are damaged, which no setting would mend.
    case storage(detail: String, isBroken: Bool = false)
    /// It is deleted, but its words are still in the files, as somebody reads them.
    case deletionPending
    /// The caller no longer wants it.
    case cancelled

    /// What the log may say of a failure of the database; no words of a conversation.
    public var detail: String? {
        guard case .storage(let detail, _) = self else { return nil }
        return detail
    }

    /// A stable name for the wire.
    public var code: String {
        switch self {
        case .notFound(let entity): "\(entity.rawValue)_not_found"
        case .readOnly: "character_read_only"
        case .nameTaken: "name_taken"
        case .hasInstances: "character_has_instances"
        case .changed: "precondition_failed"
        case .tooMany: "too_many"
        case .invalid: "invalid_value"
        case .card: "invalid_card"
        case .storage: "storage_failed"
        case .deletionPending: "deletion_pending"
        case .cancelled: "cancelled"
        }
    }

    /// The field at fault.
    public var param: String? {
        switch self {
        case .invalid(let param, _): param
        case .nameTaken: "name"
        case .card(let error): error.param
        default: nil
        }
    }

    public var description: String {
        switch self {
        case .notFound(let entity): "There is no such \(entity.rawValue)."
        case .readOnly:
            "This character comes with the server and cannot be changed. Make one of your own from its card."
        case .nameTaken(let name): "There is an instance '\(name)' already. Choose another name, or use that one."
        case .hasInstances(let count):
            "The character has \(count) instances, which would be deleted with it. Repeat the request with ?force=true."
        case .changed: "It has been changed meanwhile. Read it again, and repeat the request with its new ETag."
        case .tooMany(let entity, let limit): "There may be \(limit) of these (\(entity.rawValue)). Delete one first."
        case .invalid(let param, let expected): "'\(param)' must be \(expected)."
        case .card(let error): error.description
        case .storage: "The server could not write or read its database; nothing of this request was stored."
        case .deletionPending:
            """
            It is deleted, but its words are still in the server's files, which somebody is reading. The server goes on trying \
            to overwrite them.
            """
        case .cancelled: "The request was cancelled."
        }
    }
}
