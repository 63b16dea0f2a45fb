/// Why a text is not the JSON that is wanted.
public enum JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It breaks the grammar of RFC 8259 at this byte, counted from 0.
    case malformed(at: Int)
    /// Arrays and objects stand in one another more than `JSONValue.maximumDepth` deep.
    case tooDeep
    /// It is JSON, but no object.
    case notAnObject
    /// The object has more than `JSONOutline.maximumMembers` members, or the array more elements.
    case tooManyMembers

    public var description: String {
        switch self {
        case .malformed(let index): "it breaks the grammar at byte \(index)"
        case .tooDeep: "it is nested more than \(JSONValue.maximumDepth) deep"
        case .notAnObject: "it is not an object"
        case .tooManyMembers: "it has more than \(JSONOutline.maximumMembers) members"
        }
    }
}
