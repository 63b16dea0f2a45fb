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
        // 300 is 44 + 2 * 128, and the byte of the rest is marked with another 128.
        let table: [UInt8] = [2, 104, 105, 0, 172, 2] + long
        let lines = try #require(MoonshineTokens.text(tokenizer: table)).split(separator: "\n")
        #expect(lines == ["aGk= 0", "IA== 1", "\(Data(long).base64EncodedString()) 2"])
    }

    @Test("Describes a voice of Piper's as sherpa-onnx wants it")
    func piper() throws {
        let description = """
            {"audio": {"sample_rate": 16000}, "espeak": {"voice": "de"}, "num_speakers": 2, "language": {"code": "de_DE"},
            "phoneme_id_map": {"b": [3], "_": [0], " ": [2]}}
            """
        let voice = try #require(PiperVoice(description: Data(description.utf8)))
        #expect(voice.tokens == "_ 0\n  2\nb 3\n")
        let metadata = [UInt8](voice.metadata)
        // A field 14 of 18 bytes: a field 1 of 10 bytes, and a field 2 of 4 bytes.
        #expect(
            metadata.prefix(20).elementsEqual(
                [0x72, 18, 0x0A, 10] + Array("model_type".utf8) + [0x12, 4] + Array("vits".utf8)
            )
        )
        for text in ["sample_rate\u{12}\u{5}16000", "n_speakers\u{12}\u{1}2", "voice\u{12}\u{2}de"] {
            #expect(String(decoding: metadata, as: UTF8.self).contains(text))
        }
        #expect(PiperVoice(description: Data("{}".utf8)) == nil)
    }

    @Test("Refuses a tokenizer that is cut", arguments: [[3, 97], [200], [200, 1, 97]] as [[UInt8]])
    func cutTokens(table: [UInt8]) {
        #expect(MoonshineTokens.text(tokenizer: table) == nil)
    }

    @Test("Draws a bar on a terminal, not more often than five times a second")
    func bar() {
        var progress = PullProgress(name: "m", columns: 80)
        let first = progress.text(.received(bytes: 500_000, total: 1_000_000), at: .zero)
        let bar = String(repeating: "#", count: 20) + String(repeating: "-", count: 20)
        #expect(first == "\rm: [\(bar)] 50 % of 1000 kB\u{1B}[K")
        let soon = progress.text(.received(bytes: 600_000, total: 1_000_000), at: .milliseconds(100))
        #expect(soon == nil)
        let second = progress.text(.received(bytes: 700_000, total: 1_000_000), at: .milliseconds(500))
        #expect(second?.contains("70 % of 1000 kB, 400 kB/s") == true)
    }

    @Test("Prints a line every few seconds elsewhere, and the last in any case")
    func lines() {
        var progress = PullProgress(name: "m", columns: nil)
        let times: [Duration] = [.zero, .seconds(1), .seconds(4), .seconds(5)]
        let texts = zip(1...4, times).map { progress.text(.received(bytes: $0, total: 4), at: $1) }
        let shares = texts.map { $0.map { String($0.prefix { $0 != "," }.prefix { $0 != "\n" }) } }
        #expect(shares == ["m: 25 % of 4 B", nil, "m: 75 % of 4 B", "m: 100 % of 4 B"])
    }

    @Test("Shows bytes where the length is not known")
    func unknownLength() {
        var progress = PullProgress(name: "m", columns: nil)
        let text = progress.text(.received(bytes: 20_000, total: nil), at: .zero)
        #expect(text == "m: 20 kB\n")
    }

    @Test("Begins a line of its own after a bar")
    func lineBreak() {
        var progress = PullProgress(name: "m", columns: 80)
        _ = progress.text(.received(bytes: 1, total: 2), at: .zero)
        let texts = [progress.text(.checking, at: .zero), progress.text(.unpacking, at: .zero), progress.lineBreak()]
        #expect(texts == ["\nm: checking\n", "m: unpacking\n", ""])
    }
}
