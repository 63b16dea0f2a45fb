import Audio
import Foundation
import Testing

@Suite("Base64")
struct Base64Tests {
    static func decode(_ text: String) -> [UInt8]? { Base64.decode(Array(text.utf8).span) }

    @Test("Agrees with Foundation for every length", arguments: 0...70)
    func agrees(length: Int) {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = Data(bytes).base64EncodedString()
            let unpadded = text.filter { $0 != "=" }
            let urlSafe = unpadded.replacing("+", with: "-").replacing("/", with: "_")
            #expect(Self.decode(text) == bytes)
            #expect(Self.decode(unpadded) == bytes)
            #expect(Self.decode(urlSafe) == bytes)
        }
    }

    /// Every text of up to three characters over an alphabet that holds each kind of character, against the rules.
    @Test("Takes and refuses what the rules say", arguments: 0...4)
    func exhaustive(length: Int) {
        for text in Self.texts(of: length) {
            let spaceless = text.filter { !$0.isWhitespace }
            let isValid = spaceless.wholeMatch(of: /[AB_]*={0,2}/) != nil && spaceless.count { $0 != "=" } % 4 != 1
            let letters = spaceless.filter { $0 != "=" }.replacing("_", with: "/")
            let padded = letters + String(repeating: "=", count: (4 - letters.count % 4) % 4)
            let expected = isValid ? Data(base64Encoded: padded).map { [UInt8]($0) } : nil
            #expect(Self.decode(text) == expected, "\(text.debugDescription)")
        }
    }

    @Test("Takes white space anywhere, also after a long clean run", arguments: [" ", "\n", "\r\n", "\t"])
    func whiteSpace(space: String) {
        let bytes = (0..<100).map { UInt8($0) }
        let text = Data(bytes).base64EncodedString()
        for position in 0...text.count {
            var spaced = text
            spaced.insert(contentsOf: space, at: text.index(text.startIndex, offsetBy: position))
            #expect(Self.decode(spaced) == bytes)
        }
    }

    @Test("Refuses a letter that is none, wherever it stands", arguments: ["!", "é", "\u{0}", ".", "="])
    func refuses(letter: String) {
        let text = Data((0..<30).map { UInt8($0) }).base64EncodedString()
        for position in 0..<text.count {
            var broken = text
            broken.insert(contentsOf: letter, at: text.index(text.startIndex, offsetBy: position))
            #expect(Self.decode(broken) == nil)
        }
    }

    private static func texts(of length: Int) -> [String] {
        length == 0 ? [""] : texts(of: length - 1).flatMap { text in "AB_= !".map { text + String($0) } }
    }
}
