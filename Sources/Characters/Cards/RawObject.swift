import JSON

/// The members of a JSON object in their order, each value as the bytes that it was written with.
///
/// What nobody reads or changes is written again exactly as it came.
struct RawObject: Equatable, Sendable {
    struct Member: Equatable, Sendable {
        var name: String
        var text: [UInt8]
    }

    private(set) var members: [Member] = []

    init() {}

    /// Of members with the same name the last one counts.
    init(parsing text: [UInt8]) throws(JSONError) {
        guard (try? UTF8Span(validating: text.span)) != nil else { throw .malformed(at: 0) }
        for member in try JSONOutline(of: text.span).members { self[member.name] = Array(text[member.place]) }
    }

    /// The text of a value.
    ///
    /// A new member goes to the end; `nil` takes it away.
    subscript(_ name: String) -> [UInt8]? {
        get { members.first { $0.name == name }?.text }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let text?): members[index].text = text
            case (let index?, nil): members.remove(at: index)
            case (nil, let text?): members.append(Member(name: name, text: text))
            case (nil, nil): break
            }
        }
    }

    var text: [UInt8] {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (index, member) in members.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += JSONValue.string(member.name).text
            text.append(UInt8(ascii: ":"))
            text += member.text
        }
        text.append(UInt8(ascii: "}"))
        return text
    }
}
