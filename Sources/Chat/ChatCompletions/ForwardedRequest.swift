public import JSON

/// A client's own request for a chat completion, as it is passed on to the model's server.
///
/// Members keep their bytes, so that servers see what they alone know, and numbers lose nothing.
public struct ForwardedRequest: Sendable {
    /// Whether the answer is to come as events.
    public let isStreamed: Bool
    /// What the client asks for.
    public let model: String?
    /// The whole request, which is JSON.
    public let body: [UInt8]
    private let members: [JSONOutline.Member]

    public init(_ body: [UInt8]) throws(JSONError) {
        guard (try? UTF8Span(validating: body.span)) != nil else { throw .malformed(at: 0) }
        let outline = try JSONOutline(of: body.span)
        members = outline.members.filter { outline[$0.name]?.place == $0.place }
        isStreamed = outline["stream"].map { body[$0.place].elementsEqual("true".utf8) } ?? false
        model = outline["model"].flatMap { try? JSONValue(parsing: Array(body[$0.place]).span).string }
        self.body = body
    }

    /// What is sent.
    ///
    /// - Parameters:
    ///   - model: Takes the place of the client's; `nil` leaves that.
    ///   - extra: Members that go before all others; null takes one away.
    func bytes(model: String?, extra: [String: JSONValue]) -> [UInt8] {
        var others = extra
        if let model, extra["model"] == nil { others["model"] = .string(model) }
        var parts = members.filter { others[$0.name] == nil }.map { member in
            JSONValue.string(member.name).text + [UInt8(ascii: ":")] + body[member.place]
        }
        for (name, value) in others.sorted(by: { $0.key < $1.key }) where value != .null {
            parts.append(JSONValue.string(name).text + [UInt8(ascii: ":")] + value.text)
        }
        return [UInt8(ascii: "{")] + parts.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
    }
}
