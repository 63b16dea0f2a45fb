internal import JSON

/// Puts the calls of functions together that come in parts.
///
/// A call is given as soon as its arguments are a whole object. An empty one may still grow, so it waits for the end; a
/// long one may, too, as reading it with each part would take too long.
struct CallAssembler {
    /// What one part of an answer says of a call.
    struct Fragment: Equatable {
        var index: Int?
        var id: String?
        var name: String?
        var arguments: String?
    }

    /// Calls of one reply; what comes after them is skipped.
    static let maximumCalls = 128

    private struct Call {
        var index: Int?
        var id: String
        var name: String
        var arguments: String
        var isGiven = false
        /// Bytes of the arguments when they were last read and not whole.
        var read = 0

        /// Whether its arguments are read as soon as they may be whole; long ones only when they have grown by half.
        var isWorthReading: Bool { arguments.utf8.count < 4_096 || arguments.utf8.count >= read * 3 / 2 }
    }

    private var calls: [Call] = []
    private var usedIDs: Set<String> = []

    init() {}

    /// Takes a part, and gives the call that it completes.
    mutating func take(_ fragment: Fragment) -> ChatCall? {
        guard let place = place(of: fragment) ?? begin(fragment), !calls[place].isGiven else { return nil }

        if calls[place].id.isEmpty { calls[place].id = fragment.id ?? "" }

        // Some servers repeat the name with each part, none cuts it.
        if calls[place].name.isEmpty { calls[place].name = fragment.name ?? "" }
        calls[place].arguments += fragment.arguments ?? ""

        guard fragment.arguments?.contains("}") == true, !calls[place].name.isEmpty else { return nil }
        guard calls[place].isWorthReading else { return nil }
        guard let arguments = Self.object(calls[place].arguments), !arguments.members.isEmpty else {
            calls[place].read = calls[place].arguments.utf8.count
            return nil
        }

        return give(place)
    }

    /// The calls that are left at the end, and how many of them are of no use: without a name or whole arguments.
    mutating func finish() -> (calls: [ChatCall], broken: Int) {
        let rest = calls.indices.filter { !calls[$0].isGiven }
        let usable = rest.filter { !calls[$0].name.isEmpty && Self.object(calls[$0].arguments) != nil }
        return (usable.map { give($0) }, rest.count - usable.count)
    }

    /// The call that a part belongs to: that of its index, or the last one where it has none.
    ///
    /// Some servers give all calls one index. Then another id or name, or arguments after whole ones, tell of a new one.
    private func place(of fragment: Fragment) -> Int? {
        let same = calls.lastIndex { fragment.index == nil || $0.index == nil || $0.index == fragment.index }
        guard let same, let name = fragment.name, !name.isEmpty else { return same }
        let call = calls[same]
        let hasOtherID = fragment.id?.isEmpty == false && fragment.id != call.id && !call.id.isEmpty
        var isWhole: Bool { call.isGiven || Self.object(call.arguments) != nil }
        let hasMore = call.isGiven && (name != call.name || !Self.isBlank(fragment.arguments ?? ""))
        return hasOtherID && (fragment.index == nil || isWhole) || hasMore ? nil : same
    }

    private mutating func begin(_ fragment: Fragment) -> Int? {
        guard calls.count < Self.maximumCalls else { return nil }
        calls.append(Call(index: fragment.index, id: "", name: "", arguments: ""))
        return calls.count - 1
    }

    private mutating func give(_ place: Int) -> ChatCall {
        calls[place].isGiven = true
        let call = calls[place]
        let isUsable = (1...ChatCall.maximumIDLength).contains(call.id.count) && !usedIDs.contains(call.id)
        let id = isUsable ? call.id : ChatCall.makeID()
        usedIDs.insert(id)
        return ChatCall(id: id, name: call.name, arguments: Self.isBlank(call.arguments) ? "{}" : call.arguments)
    }

    /// The object that arguments are; an empty one where there are none.
    private static func object(_ arguments: String) -> JSONValue? {
        if isBlank(arguments) { return .object([:]) }
        guard let value = JSONValue(text: arguments), case .object = value else { return nil }
        return value
    }

    private static func isBlank(_ arguments: String) -> Bool {
        arguments.allSatisfy(\.isWhitespace) || arguments == "null"
    }
}

extension ChatCall {
    static let maximumIDLength = 32

    /// A new id, of 29 characters.
    static func makeID() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return "call_" + String((0..<24).map { _ in letters[Int.random(in: letters.indices)] })
    }
}

extension JSONValue {
    /// The JSON that a text is, if it is any.
    init?(text: String) {
        guard let value = try? JSONValue(parsing: Array(text.utf8).span) else { return nil }
        self = value
    }
}
