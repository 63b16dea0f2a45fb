import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// The opening handshake (RFC 6455 section 4.2).
enum WebSocketHandshake {
    /// Checks the request and gives the headers of the accepting response.
    ///
    /// Extensions are declined by not naming any. Throws `HTTPError`: 426 when no WebSocket or another version of it is
    /// asked for, 400 for a bad key.
    static func accept(
        _ request: HTTPRequest,
        on channel: any Channel,
        subprotocol: String?
    ) async throws -> HTTPFields {
        try check(request)
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
        )
        let headers = try await upgrader.buildUpgradeResponse(
            channel: channel,
            upgradeRequest: HTTPRequestHead(request),
            initialResponseHeaders: [:]
        ).get()
        var fields = HTTPFields(headers, splitCookie: false)
        fields[.secWebSocketProtocol] = subprotocol
        return fields
    }

    private static func check(_ request: HTTPRequest) throws {
        guard request.asksForWebSocket else {
            throw HTTPError(
                .upgradeRequired,
                headers: [.upgrade: "websocket"],
                message: "This path speaks WebSocket. Connect with a ws:// or wss:// address."
            )
        }

        guard request.asksToUpgrade else {
            throw HTTPError(.badRequest, message: "A WebSocket handshake has the header 'Connection: Upgrade'.")
        }
        guard request.headerFields[values: .secWebSocketVersion] == ["13"] else {
            throw HTTPError(
                .upgradeRequired,
                headers: [.upgrade: "websocket", .secWebSocketVersion: "13"],
                message: "Only version 13 of the WebSocket protocol is spoken here."
            )
        }

        let keys = request.headerFields[values: .secWebSocketKey]
        guard keys.count == 1, let key = keys.first, key.isBase64OfSixteenBytes else {
            throw HTTPError(.badRequest, message: "Sec-WebSocket-Key must be 16 bytes in base64.")
        }
    }
}

extension String {
    fileprivate var isBase64OfSixteenBytes: Bool {
        utf8.count == 24 && hasSuffix("==")
            && utf8.dropLast(2).allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }
}
