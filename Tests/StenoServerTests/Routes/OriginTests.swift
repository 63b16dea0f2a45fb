import Settings
import Testing

@testable import StenoServer

@Suite("Origins and hosts")
struct OriginTests {
    @Test(
        "Allows the origins that are named, whatever the case of their letters",
        arguments: [
            ("", "https://a.example", false), ("https://a.example", "https://a.example", true),
            (" https://a.example , http://b.example:3000/", "http://b.example:3000", true),
            ("https://A.example", "https://a.EXAMPLE", true), ("https://a.example", "http://a.example", false),
            ("https://a.example", "https://a.example:8443", false), ("https://a.example", "https://b.a.example", false),
            ("https://a.example", "https://a.example.evil.example", false), ("https://a.example", "null", false),
            ("null", "null", true), ("*", "null", true), ("*", "https://a.example", true),
            ("chrome-extension://abc", "chrome-extension://abc", true),
        ]
    )
    func origins(list: String, origin: String, isAllowed: Bool) throws {
        #expect(try AllowedOrigins(parsing: list).contains(origin) == isAllowed)
    }

    @Test(
        "Takes nothing for an origin that is none",
        arguments: ["a.example", "https://", "://a", "https://a.example/path", "https://me@a.example", "https://a b"]
    )
    func invalidOrigins(entry: String) throws {
        #expect(throws: AllowedOrigins.InvalidEntry(entry: entry)) { try AllowedOrigins(parsing: "http://x,\(entry)") }
    }

    @Test(
        "Knows the server's own pages, behind a proxy with TLS too",
        arguments: [
            ("http://127.0.0.1:8000", "127.0.0.1:8000", true), ("http://LOCALHOST:8000", "localhost:8000", true),
            ("https://steno.example", "steno.example", true), ("https://steno.example", "steno.example:443", true),
            ("http://steno.example:80", "steno.example", true), ("http://[::1]:8000", "[::1]:8000", true),
            ("http://127.0.0.1:3000", "127.0.0.1:8000", false), ("http://localhost:8000", "127.0.0.1:8000", false),
            ("https://steno.example:80", "steno.example", false), ("file://", "", false),
            ("ftp://steno.example", "steno.example", false), ("null", "null", false),
        ]
    )
    func ownPages(origin: String, host: String, isOwn: Bool) {
        #expect((WebOrigin(origin.lowercased())?.isOrigin(of: host) ?? false) == isOwn)
    }

    private static let ownNames = [
        "localhost", "localhost:8000", "LOCALHOST.", "a.localhost:80", "127.0.0.1", "127.1.2.3:9", "[::1]",
        "[::1]:8000",
    ]
    private static let otherNames = [
        "evil.example", "evil.example:8000", "localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example", "",
        "10.0.0.1:8000", "[::2]:8000", "[fe80::1", "0.0.0.0",
    ]

    @Test("Answers to this machine's names alone when nobody else reaches it", arguments: ["127.0.0.1", "::1"])
    func loopback(address: String) throws {
        let hosts = try AllowedHosts(listeningOn: address, list: nil)
        for name in Self.ownNames { #expect(hosts.contains(name), "\(name)") }
        for name in Self.otherNames { #expect(!hosts.contains(name), "\(name)") }
    }

    @Test("Answers to any name on an address that others reach, unless names are given")
    func everyName() throws {
        for hosts in [
            try AllowedHosts(listeningOn: "0.0.0.0", list: nil),
            try AllowedHosts(listeningOn: "127.0.0.1", list: "a, *"),
        ] {
            for name in Self.ownNames + Self.otherNames { #expect(hosts.contains(name), "\(name)") }
        }
    }

    @Test("Answers to the names that are given", arguments: ["127.0.0.1", "0.0.0.0"])
    func named(address: String) throws {
        let hosts = try AllowedHosts(listeningOn: address, list: "Steno.example, 10.0.0.2")
        for name in Self.ownNames + ["steno.example:443", "STENO.EXAMPLE.", "10.0.0.2:8000"] {
            #expect(hosts.contains(name), "\(name)")
        }
        for name in Self.otherNames + ["x.steno.example"] { #expect(!hosts.contains(name), "\(name)") }
    }

    @Test("Takes nothing for a host that is none", arguments: ["http://a.example", "a.example:80", "a/b", "a b"])
    func invalidHosts(entry: String) {
        #expect(throws: AllowedHosts.InvalidEntry(entry: entry)) {
            try AllowedHosts(listeningOn: "127.0.0.1", list: "b.example,\(entry)")
        }
    }

    @Test("Says which setting has an entry that is wrong")
    func settings() {
        for (name, value) in [("ALLOWED_ORIGINS", "a.example"), ("ALLOWED_HOSTS", "http://a.example")] {
            let error = #expect(throws: SettingsError.self) {
                try AccessRules(settings: try ServerSettings(reading: SettingValues(environment: [name: value])))
            }
            #expect(error?.setting == name)
            #expect(error?.problem.contains("'\(value)'") == true)
        }
    }
}
