/// Why something is not a character card.
public enum CardError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is longer than so many bytes.
    case tooLarge(limit: Int)
    /// Not JSON, with what is wrong.
    case notJSON(String)
    case unknownSpec(String)
    case field(String, expected: String)
    /// A picture without a card in it.
    case noCardInPicture
    /// A file whose parts do not fit together.
    case damaged(String)

    /// The field at fault.
    public var param: String? {
        guard case .field(let name, _) = self else { return nil }
        return name
    }

    public var description: String {
        switch self {
        case .tooLarge(let limit): "A card may have \(limit) bytes. Send one without pictures or with a smaller book."
        case .notJSON(let problem): "The card cannot be read: \(problem). Send a JSON object."
        case .unknownSpec(let spec):
            "The card says '\(spec.prefix(50))' of itself; 'chara_card_v2' and 'chara_card_v3' are known."
        case .field(let name, let expected): "'\(name)' must be \(expected)."
        case .noCardInPicture: "The picture has no card in it: a text chunk named 'chara' or 'ccv3'."
        case .damaged(let problem): "The file is damaged: \(problem)."
        }
    }
}
