import JSON

/// The audio in the content of an item that a client puts into a conversation.
enum ItemAudio {
    private static let create = JSONValue.string("conversation.item.create")

    /// Bytes that the audio takes of a message; 0 in messages of other types.
    ///
    /// - Parameters:
    ///   - text: The message, which is valid UTF-8.
    ///   - outline: Its members.
    static func length(in text: Span<UInt8>, _ outline: JSONOutline) -> Int {
        guard let type = outline["type"], type.place.count <= 64, let item = outline["item"],
            (try? JSONValue(parsing: text.extracting(type.place))) == create
        else { return 0 }
        let length = try? length(inItem: text.extracting(item.place))
        return length ?? 0
    }

    private static func length(inItem item: Span<UInt8>) throws(JSONError) -> Int {
        guard let content = try JSONOutline(of: item)["content"] else { return 0 }
        let parts = item.extracting(content.place)
        var length = 0
        for place in try JSONOutline.elements(of: parts) {
            guard let audio = try JSONOutline(of: parts.extracting(place))["audio"] else { continue }
            if parts[place.lowerBound + audio.place.lowerBound] == UInt8(ascii: "\"") { length += audio.place.count }
        }
        return length
    }
}
