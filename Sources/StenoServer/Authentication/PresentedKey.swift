import Audio
import Dialects
import HTTPTypes
import Hummingbird
import NIOCore
import WebSocketTransport

/// The key that a request presents.
enum PresentedKey {
    /// Where a key may stand that comes without a WebSocket; Azure's clients use `api-key`.
    static let places: [WireProtocol.KeyPlace] = [.bearer, .header("api-key")]

    /// The key in the first of these places that has one, also when a later one would open the server.
    static func find(in request: HTTPRequest, at places: [WireProtocol.KeyPlace]) -> String? {
        places.lazy.compactMap { key(in: request, at: $0) }.first
    }

    private static func key(in request: HTTPRequest, at place: WireProtocol.KeyPlace) -> String? {
        switch place {
        case .bearer: credentials(request, scheme: "bearer")
        case .basic(let user): basic(request, user: user)
        case .header(let name): header(request, name: name)
        case .subprotocol(let prefix): subprotocol(request, prefix: prefix)
        case .query(let name): query(request, name: name)
        }
    }

    /// What follows the name of the scheme in the first `Authorization` that has it.
    private static func credentials(_ request: HTTPRequest, scheme: String) -> String? {
        request.headerFields[values: .authorization].lazy.compactMap { value -> String? in
            let value = value.trimmingBlanks
            guard let blank = value.firstIndex(of: " "), value[..<blank].lowercased() == scheme else { return nil }
            return String(value[blank...].trimmingBlanks)
        }.first
    }

    private static func basic(_ request: HTTPRequest, user: String) -> String? {
        guard let credentials = credentials(request, scheme: "basic") else { return nil }
        guard let decoded = Base64.decode(Array(credentials.utf8).span) else { return nil }
        let text = String(decoding: decoded, as: UTF8.self)
        guard text.hasPrefix(user + ":"), text.count > user.count + 1 else { return nil }
        return String(text.dropFirst(user.count + 1))
    }

    private static func header(_ request: HTTPRequest, name: String) -> String? {
        request.headerFields.lazy.filter { $0.name.canonicalName == name }
            .map { String($0.value.trimmingBlanks) }
            .first { !$0.isEmpty }
    }

    private static func query(_ request: HTTPRequest, name: String) -> String? {
        let query = Request(head: request, body: RequestBody(buffer: ByteBuffer())).query
        return query.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    private static func subprotocol(_ request: HTTPRequest, prefix: String) -> String? {
        request.offeredSubprotocols.lazy.compactMap { entry -> String? in
            guard entry.hasPrefix(prefix) else { return nil }
            let key = entry.dropFirst(prefix.count)
            return key.isEmpty ? nil : String(key)
        }.first
    }
}
