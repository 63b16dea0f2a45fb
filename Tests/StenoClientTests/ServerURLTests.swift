import Testing

@testable import StenoClient

@Suite("Server URL")
struct ServerURLTests {
    @Test(
        "Splits an address",
        arguments: [
            ("ws://127.0.0.1:8000/ws", "127.0.0.1", 8_000, "/ws", "127.0.0.1:8000"),
            ("ws://localhost", "localhost", 80, "/", "localhost"),
            ("WS://Example.org:80/", "Example.org", 80, "/", "Example.org"),
            ("ws://[::1]:8000/ws", "::1", 8_000, "/ws", "[::1]:8000"),
            ("ws://[::ffff:10.0.0.1]/a/b", "::ffff:10.0.0.1", 80, "/a/b", "[::ffff:10.0.0.1]"),
            ("ws://host:65535?x=1", "host", 65_535, "/?x=1", "host:65535"),
            ("ws://host/a?b=c:d@e/f", "host", 80, "/a?b=c:d@e/f", "host"),
            ("http://host/ws", "host", 80, "/ws", "host"),
            ("wss://host/ws", "host", 443, "/ws", "host"),
            ("https://host:80/ws", "host", 80, "/ws", "host:80"),
            ("WSS://host:443/ws", "host", 443, "/ws", "host"),
        ]
    )
    func parses(text: String, host: String, port: Int, target: String, authority: String) throws {
        let url = try ServerURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.target == target)
        #expect(url.authority == authority)
        #expect(url.description == text)
        #expect(url.usesTLS == (text.hasPrefix("https") || text.lowercased().hasPrefix("wss")))
    }

    @Test(
        "Refuses what is no address",
        arguments: [
            "", "localhost:8000", "ftp://localhost/ws", "ws:/host", "ws://", "ws://:8000/ws", "ws:///ws",
            "ws://host:/", "ws://host:0/", "ws://host:65536/", "ws://host:8x/", "ws://host:-1/", "ws://a:1:2/",
            "ws://[::1", "ws://[::1]x/", "ws://[]/", "ws://[host]/", "ws://::1/", "ws://user@host/", "ws://host/a#b",
            "ws://host/a b", "ws://host/\r\nX: y", "ws://hôst/",
        ]
    )
    func refuses(text: String) throws {
        let error = #expect(throws: StenoClientError.self) { try ServerURL(text) }
        guard case .invalidURL = try #require(error) else {
            Issue.record("\(text) gave \(String(describing: error))")
            return
        }
        #expect(error?.exitStatus == 2)
        #expect(error?.description.contains("\n") == false)
    }

    @Test(
        "Asks the server to leave the audio out",
        arguments: [
            ("ws://h/ws", "/ws?include_audio=false"),
            ("ws://h/ws?", "/ws?include_audio=false"),
            ("ws://h/ws?a=b", "/ws?a=b&include_audio=false"),
            ("ws://h/ws?a=b&include_audio=true", "/ws?a=b&include_audio=true"),
            ("ws://h/ws?no_include_audio=1", "/ws?no_include_audio=1&include_audio=false"),
        ]
    )
    func withoutAudio(text: String, target: String) throws {
        #expect(try ServerURL(text).withoutAudio.target == target)
    }
}
