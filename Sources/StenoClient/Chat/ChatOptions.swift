/// What the command line sets for a conversation.
public struct ChatOptions: Equatable, Sendable {
    /// Where the user's words come from and the bot's go.
    public enum Medium: Equatable, Sendable {
        /// Lines of standard input, and text.
        case text
        /// A WAV file at the pace of speech; `-` is standard input.
        case file(String)
        /// Microphone and loudspeaker.
        case sound
    }

    /// The address; `/v1/realtime` is its path unless it has one.
    public var url: String
    public var access: ServerAccess
    /// The server's name for the model that answers.
    public var model: String
    /// A character of the server's that answers, and its instance.
    public var character: String?
    public var instance: String?
    public var settings: ChatSettings
    public var medium: Medium
    /// A WAV file for what the bot says.
    public var output: String?

    public init(
        url: String = "ws://127.0.0.1:8000",
        access: ServerAccess = ServerAccess(),
        model: String = "default",
        character: String? = nil,
        instance: String? = nil,
        settings: ChatSettings = ChatSettings(),
        medium: Medium = .sound,
        output: String? = nil
    ) {
        self.url = url
        self.access = access
        self.model = model
        self.character = character
        self.instance = instance
        self.settings = settings
        self.medium = medium
        self.output = output
    }

    /// The address with path and model.
    var serverURL: ServerURL {
        get throws(StenoClientError) {
            try ServerURL(url).forConversation(with: model, character: character, instance: instance)
        }
    }
}

extension ServerURL {
    /// The same server's realtime conversations, unless the address has another path or names a model already.
    func forConversation(with model: String, character: String? = nil, instance: String? = nil) -> ServerURL {
        var (path, query) = (Substring(target), Substring())
        if let mark = target.firstIndex(of: "?") {
            (path, query) = (target[..<mark], target[mark...].dropFirst())
        }
        if path == "/" { path = "/v1/realtime" }
        var fields = query.split(separator: "&")
        if !fields.contains(where: { $0.hasPrefix("model=") }) { fields.append("model=" + percentEncoded(model)[...]) }
        for (name, value) in [("character", character), ("instance", instance)] {
            if let value { fields.append("\(name)=\(percentEncoded(value))"[...]) }
        }
        var url = self
        url.target = path + "?" + fields.joined(separator: "&")
        return url
    }
}

/// Text as the value of a query's field (RFC 3986 section 2).
private func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            String(UnicodeScalar(byte))
        default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }.joined()
}
