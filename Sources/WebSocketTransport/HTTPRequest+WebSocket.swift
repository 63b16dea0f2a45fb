public import HTTPTypes

extension HTTPRequest {
    /// Whether the request asks for a WebSocket (RFC 6455 section 4.2.1, items 1 and 3).
    public var asksForWebSocket: Bool {
        method == .get && headerFields[values: .upgrade].contains { $0.lists("websocket") }
    }

    /// Whether the connection is to change its protocol (RFC 6455 section 4.2.1, item 4).
    var asksToUpgrade: Bool { headerFields[values: .connection].contains { $0.lists("upgrade") } }

    /// The subprotocols that the client offers, in its order (RFC 6455 section 4.2.1, item 8).
    public var offeredSubprotocols: [String] {
        headerFields[values: .secWebSocketProtocol]
            .flatMap { $0.split(separator: ",") }
            .map { String($0.trimmingSpaces) }
            .filter { !$0.isEmpty }
    }
}

extension String {
    /// Whether the comma-separated list holds the name, in any case.
    fileprivate func lists(_ name: String) -> Bool {
        split(separator: ",").contains { $0.trimmingSpaces.lowercased() == name }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return self[first...last]
    }
}
