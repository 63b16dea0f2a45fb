import HTTPTypes
import WebSocketTransport

/// The key that a request presents.
///
/// Sources: RFC 6750 section 2.1; OpenAI's and Azure's clients. The first of these places counts that has one, also when
/// a later one would open the server: `Authorization: Bearer`, `api-key`, and for a WebSocket the subprotocols, as a
/// browser can set no header there.
enum PresentedKey {
    /// What stands before the key in a list of subprotocols.
    static let subprotocolPrefix = "openai-insecure-api-key."

    static func find(in request: HTTPRequest) -> String? {
        bearer(request) ?? header(request) ?? subprotocol(request)
    }

    private static func bearer(_ request: HTTPRequest) -> String? {
        request.headerFields[values: .authorization].lazy.compactMap { value -> String? in
            let value = value.trimmingBlanks
            guard let blank = value.firstIndex(of: " "), value[..<blank].lowercased() == "bearer" else { return nil }
            return String(value[blank...].trimmingBlanks)
        }.first
    }

    private static func header(_ request: HTTPRequest) -> String? {
        request.headerFields.lazy.filter { $0.name.canonicalName == "api-key" }
            .map { String($0.value.trimmingBlanks) }
            .first { !$0.isEmpty }
    }

    private static func subprotocol(_ request: HTTPRequest) -> String? {
        guard request.asksForWebSocket else { return nil }
        return request.offeredSubprotocols.lazy.compactMap { entry -> String? in
            guard entry.hasPrefix(subprotocolPrefix) else { return nil }
            let key = entry.dropFirst(subprotocolPrefix.count)
            return key.isEmpty ? nil : String(key)
        }.first
    }
}
