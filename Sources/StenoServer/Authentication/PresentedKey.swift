import Dialects
import HTTPTypes
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
        case .bearer: bearer(request)
        case .header(let name): header(request, name)
        case .subprotocol(let prefix): subprotocol(request, prefix)
        }
    }

    private static func bearer(_ request: HTTPRequest) -> String? {
        request.headerFields[values: .authorization].lazy.compactMap { value -> String? in
            let value = value.trimmingBlanks
            guard let blank = value.firstIndex(of: " "), value[..<blank].lowercased() == "bearer" else { return nil }
            return String(value[blank...].trimmingBlanks)
        }.first
    }

    private static func header(_ request: HTTPRequest, _ name: String) -> String? {
        request.headerFields.lazy.filter { $0.name.canonicalName == name }
            .map { String($0.value.trimmingBlanks) }
            .first { !$0.isEmpty }
    }

    private static func subprotocol(_ request: HTTPRequest, _ prefix: String) -> String? {
        request.offeredSubprotocols.lazy.compactMap { entry -> String? in
            guard entry.hasPrefix(prefix) else { return nil }
            let key = entry.dropFirst(prefix.count)
            return key.isEmpty ? nil : String(key)
        }.first
    }
}
