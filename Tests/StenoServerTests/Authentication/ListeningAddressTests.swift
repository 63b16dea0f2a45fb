import Testing

@testable import StenoServer

@Suite("Listening address")
struct ListeningAddressTests {
    @Test(
        "Knows what only this machine reaches",
        arguments: [
            ("127.0.0.1", true), ("127.255.255.254", true), ("::1", true), ("0:0:0:0:0:0:0:1", true),
            ("localhost", true), ("LocalHost", true), ("0.0.0.0", false), ("::", false), ("128.0.0.1", false),
            ("126.0.0.127", false), ("192.168.0.127", false), ("::2", false), ("1::1", false), ("fe80::1", false),
            ("example.com", false), ("localhost.example.com", false), ("", false),
        ]
    )
    func loopback(host: String, expected: Bool) {
        #expect(ListeningAddress.isLoopback(host) == expected)
    }
}
