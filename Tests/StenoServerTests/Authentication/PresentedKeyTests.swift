import Dialects
import HTTPTypes
import Testing
import WebSocketTransport

@testable import StenoServer

@Suite("Presented key")
struct PresentedKeyTests {
    /// The key as the authenticator finds it.
    private static func find(in request: HTTPRequest) -> String? {
        let isSocket = request.asksForWebSocket
        return PresentedKey.find(
            in: request,
            at: isSocket ? WireProtocol.openAIRealtime.keyPlaces : PresentedKey.places
        )
    }

    static func request(
        _ fields: [(String, String)],
        webSocket: Bool = false,
        method: HTTPRequest.Method = .get
    )
        -> HTTPRequest
    {
        var request = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: "/ws")
        for (name, value) in fields + (webSocket ? [("Upgrade", "websocket")] : []) {
            guard let name = HTTPField.Name(name) else { continue }
            request.headerFields.append(HTTPField(name: name, value: value))
        }
        return request
    }

    @Test("Takes the first place that has one, and subprotocols only with a WebSocket", arguments: 0..<16)
    func order(mask: Int) {
        let places = [
            ("Authorization", "Bearer from-bearer"), ("api-key", "from-header"),
            ("Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key.from-subprotocol"),
        ]
        let isWebSocket = mask & 8 != 0
        let present = places.indices.filter { mask & 1 << $0 != 0 }
        let expected =
            present.contains(0)
            ? "from-bearer"
            : present.contains(1) ? "from-header" : present.contains(2) && isWebSocket ? "from-subprotocol" : nil
        // The order of the headers does not matter.
        for fields in [present.map { places[$0] }, present.reversed().map { places[$0] }] {
            #expect(Self.find(in: Self.request(fields, webSocket: isWebSocket)) == expected)
        }
    }

    @Test(
        "Reads a header as clients write it",
        arguments: [
            ("Authorization", "Bearer KEY", "KEY"), ("authorization", "bearer KEY", "KEY"),
            ("AUTHORIZATION", "BEARER   KEY  ", "KEY"), ("Authorization", "Bearer K E Y", "K E Y"),
            ("Authorization", "Bearer", nil), ("Authorization", "Bearer ", nil), ("Authorization", "KEY", nil),
            ("Authorization", "Basic KEY", nil), ("Authorization", "BearerKEY", nil), ("Authorization", "", nil),
            ("api-key", "KEY", "KEY"), ("Api-Key", " KEY ", "KEY"), ("api-key", "", nil), ("api-keys", "KEY", nil),
            ("x-api-key", "KEY", nil),
        ]
    )
    func headers(name: String, value: String, expected: String?) {
        #expect(Self.find(in: Self.request([(name, value)])) == expected)
    }

    @Test("Looks on after an Authorization of another kind")
    func otherSchemes() {
        let basic = ("Authorization", "Basic dXNlcjpwYXNz")
        #expect(Self.find(in: Self.request([basic, ("api-key", "KEY")])) == "KEY")
        #expect(Self.find(in: Self.request([basic, ("Authorization", "Bearer KEY")])) == "KEY")
    }

    @Test(
        "Takes the password of the user that a path asks for",
        arguments: [
            ("Basic YXBpa2V5OktFWQ==", "KEY"), ("basic YXBpa2V5OktFWQ", "KEY"), ("Basic YXBpa2V5Oks6RQ==", "K:E"),
            ("Basic dXNlcjpwYXNz", nil), ("Basic YXBpa2V5Og==", nil), ("Basic !", nil), ("Basic", nil),
            ("Bearer YXBpa2V5OktFWQ==", nil),
        ]
    )
    func passwords(value: String, expected: String?) {
        let request = Self.request([("Authorization", value)])
        #expect(PresentedKey.find(in: request, at: [.basic(user: "apikey")]) == expected)
    }

    @Test(
        "Finds the key in a list of subprotocols",
        arguments: [
            ("openai-insecure-api-key.KEY", "KEY"), ("realtime,openai-insecure-api-key.KEY", "KEY"),
            (" openai-insecure-api-key.KEY ,realtime, openai-beta.realtime-v1", "KEY"),
            ("openai-insecure-api-key.K.E.Y", "K.E.Y"), ("openai-insecure-api-key.", nil), ("realtime", nil),
            ("openai-insecure-api-key", nil), ("OPENAI-INSECURE-API-KEY.KEY", nil),
            ("openai-insecure-api-key.,openai-insecure-api-key.KEY", "KEY"),
        ]
    )
    func subprotocols(value: String, expected: String?) {
        let fields = [("Sec-WebSocket-Protocol", value)]
        #expect(Self.find(in: Self.request(fields, webSocket: true)) == expected)
        #expect(Self.find(in: Self.request(fields)) == nil)
        #expect(Self.find(in: Self.request(fields, webSocket: true, method: .post)) == nil)
    }

    @Test("Finds the key when the subprotocols come in several headers")
    func severalHeaders() {
        let fields = [
            ("Sec-WebSocket-Protocol", "realtime"), ("Sec-WebSocket-Protocol", "openai-insecure-api-key.KEY"),
        ]
        #expect(Self.find(in: Self.request(fields, webSocket: true)) == "KEY")
    }
}
