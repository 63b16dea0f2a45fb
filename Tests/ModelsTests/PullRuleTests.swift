import Foundation
import Testing

@testable import Models

@Suite("Rules of fetching models")
struct PullRuleTests {
    @Test(
        "Replaces scheme and host by a mirror's",
        arguments: [
            (nil, "https://host/a/b.tar", "https://host/a/b.tar"),
            ("http://127.0.0.1:80", "https://host/a/b.tar", "http://127.0.0.1:80/a/b.tar"),
            ("http://mirror/models/", "https://host:443/a", "http://mirror/models/a"),
            ("http://mirror", "https://host", "http://mirror/"),
        ] as [(String?, String, String)]
    )
    func mirror(mirror: String?, url: String, expected: String) {
        #expect(ModelSource(mirror: mirror).url(url) == expected)
    }

    @Test("Names a host without credentials")
    func host() {
        #expect(ModelSource().host("https://user:secret@host:81/a") == "host:81")
    }

    @Test("Writes pieces of one and two bytes of length, and the empty one as a space")
    func tokens() throws {
        let long = [UInt8](repeating: 97, count: 300)
        let table = [2, 104, 105, 0, UInt8(300 % 128 + 128), 300 / 128] + long
        let lines = try #require(MoonshineTokens.text(tokenizer: table)).split(separator: "\n")
        #expect(lines == ["aGk= 0", "IA== 1", "\(Data(long).base64EncodedString()) 2"])
    }

    @Test("Refuses a tokenizer that is cut", arguments: [[3, 97], [200], [200, 1, 97]] as [[UInt8]])
    func cutTokens(table: [UInt8]) {
        #expect(MoonshineTokens.text(tokenizer: table) == nil)
    }

    @Test("Draws a bar on a terminal, not more often than five times a second")
    func bar() throws {
        var progress = PullProgress(name: "m", columns: 80)
        let first = progress.text(.received(bytes: 500_000, total: 1_000_000), at: .zero)
        #expect(first == "\rm: [" + String(repeating: "#", count: 20) + String(repeating: "-", count: 20) + "] 50 % of 1000 kB\u{1B}[K")
        #expect(progress.text(.received(bytes: 600_000, total: 1_000_000), at: .milliseconds(100)) == nil)
        let second = try #require(progress.text(.received(bytes: 700_000, total: 1_000_000), at: .milliseconds(500)))
        #expect(second.contains("70 % of 1000 kB, 400 kB/s"))
    }

    @Test("Prints a line every few seconds elsewhere, and the last in any case")
    func lines() {
        var progress = PullProgress(name: "m", columns: nil)
        #expect(progress.text(.received(bytes: 1, total: 4), at: .zero) == "m: 25 % of 4 B\n")
        #expect(progress.text(.received(bytes: 2, total: 4), at: .seconds(1)) == nil)
        #expect(progress.text(.received(bytes: 3, total: 4), at: .seconds(4))?.hasPrefix("m: 75 % of 4 B") == true)
        #expect(progress.text(.received(bytes: 4, total: 4), at: .seconds(5))?.hasPrefix("m: 100 % of 4 B") == true)
    }

    @Test("Shows bytes where the length is not known")
    func unknownLength() {
        var progress = PullProgress(name: "m", columns: nil)
        #expect(progress.text(.received(bytes: 20_000, total: nil), at: .zero) == "m: 20 kB\n")
    }
}
