import HTTPTypes
import NIOCore
import Testing

@testable import StenoServer

@Suite("Access to metrics")
struct MetricsAccessTests {
    private static func request(_ fields: HTTPFields = [:]) -> HTTPRequest {
        HTTPRequest(method: .get, scheme: "http", authority: "test", path: "/metrics", headerFields: fields)
    }

    @Test(
        "Without a key, lets in who asks from this machine",
        arguments: [
            ("127.0.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("192.0.2.1", false),
            ("::ffff:192.0.2.1", false), ("2001:db8::1", false),
        ]
    )
    func address(address: String, isAllowed: Bool) throws {
        let address = try SocketAddress(ipAddress: address, port: 1)
        let access = MetricsAccess(key: nil)
        if isAllowed {
            try access.check(Self.request(), from: address)
        } else {
            let error = #expect(throws: APIError.self) { try access.check(Self.request(), from: address) }
            #expect(error?.status == .forbidden)
        }
    }

    @Test("With a key, lets in whoever has it, and nobody else")
    func key() throws {
        let access = MetricsAccess(key: "metrics-key")
        try access.check(Self.request([.authorization: "Bearer metrics-key"]), from: nil)
        let local = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        for fields in [[:], [.authorization: "Bearer other"]] as [HTTPFields] {
            let error = #expect(throws: APIError.self) { try access.check(Self.request(fields), from: local) }
            #expect(error?.status == .unauthorized)
        }
    }
}
