import Testing

@testable import HTTPTransfer

@Suite("Transfer URL")
struct TransferURLTests {
    @Test("Replaces the path and keeps everything else")
    func path() throws {
        let url = try TransferURL("HTTPS://host.example:8443/openai/v1/?api-version=3#part")
        #expect(url.host == "host.example")
        #expect(url.path == "/openai/v1/")
        #expect(try url.withPath("/a/b").text == "https://host.example:8443/a/b?api-version=3")
    }

    @Test(
        "Refuses what is not an http address with a host",
        arguments: [
            "", "localhost:8000", "host.example/v1", "ftp://host.example/", "file:///etc/passwd", "http://",
            "https:///v1",
            "http://a b/", "http://host.example:99999/",
        ]
    )
    func refuses(text: String) {
        #expect(throws: TransferError.self) { try TransferURL(text) }
    }

    @Test("Takes an IPv6 host")
    func ipv6() throws {
        #expect(try TransferURL("http://[::1]:8000/v1").host == "[::1]")
    }
}
