import Foundation
import JSON
import TestSupport
import Testing

/// Steno's reader beside Foundation's, over documents of every shape and over what damage makes of them.
@Suite("JSON against Foundation")
struct JSONPropertyTests {
    /// Documents for each seed; `JSON_DOCUMENTS` asks for more.
    static let documents = ProcessInfo.processInfo.environment["JSON_DOCUMENTS"].flatMap { Int($0) } ?? 150

    @Test("Agrees on what is JSON and what it says", arguments: 0..<8)
    func agreement(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<Self.documents {
            var text = Array(Self.document(depth: 4, &random).utf8)
            try Self.compare(text)

            for _ in 0..<Int.random(in: 1...3, using: &random) where !text.isEmpty {
                let index = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[index] = Self.bytes.randomElement(using: &random) ?? 0
                case 1: text.remove(at: index)
                default: text.insert(Self.bytes.randomElement(using: &random) ?? 0, at: index)
                }
                try Self.compare(text)
            }
        }
    }

    @Test("Gives back what was written", arguments: 0..<4)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<Self.documents {
            let value = try JSONValue(parsing: Array(Self.document(depth: 4, &random).utf8).span)
            #expect(try JSONValue(parsing: value.text.span) == value)
        }
    }

    private static func compare(_ text: [UInt8]) throws {
        let ours = try? JSONValue(parsing: text.span)
        let theirs = try? JSONDecoder().decode(Reference.self, from: Data(text))
        let shown = String(decoding: text, as: UTF8.self)
        #expect(ours == theirs?.value, "\(shown)")

        // An outline is made only of text that is known to be UTF-8.
        guard (try? UTF8Span(validating: text.span)) != nil else { return }
        let outline = try? JSONOutline(of: text.span)
        guard case .object(let members) = ours else {
            // An outline does not look at how large a number is.
            let members = outline?.members ?? []
            let isSound = members.allSatisfy { (try? JSONValue(parsing: text.span.extracting($0.place))) != nil }
            #expect(outline == nil || !isSound, "\(shown)")
            return
        }
        #expect(Set(try #require(outline).members.map(\.name)) == Set(members.keys), "\(shown)")
        for member in try #require(outline).members {
            #expect(try JSONValue(parsing: text.span.extracting(member.place)) == members[member.name], "\(shown)")
        }
    }

    private static let bytes = Array("{}[]\",:\\0123456789.eE+-truefalsn \n\tu/".utf8)

    private static func document(depth: Int, _ random: inout SeededGenerator) -> String {
        let space = [" ", "\n", "", "", ""].randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return space + (["true", "false", "null"].randomElement(using: &random) ?? "")
        case 1: return "\(Int.random(in: -1_000...1_000_000_000_000, using: &random))" + space
        case 2: return "\(Double.random(in: -1e6...1e6, using: &random))"
        case 3, 4: return string(&random) + space
        case 5, 6:
            let items = (0..<Int.random(in: 0...4, using: &random)).map { _ in document(depth: depth - 1, &random) }
            return "[" + space + items.joined(separator: "," + space) + "]"
        default:
            let members = (0..<Int.random(in: 0...4, using: &random)).map { index in
                #""\#(index)"# + string(&random).dropFirst() + space + ":" + document(depth: depth - 1, &random)
            }
            return "{" + members.joined(separator: ",") + space + "}"
        }
    }

    private static func string(_ random: inout SeededGenerator) -> String {
        let pieces = [
            "a", "é", "🎙", " ", #"\n"#, #"\""#, #"\\"#, #"\u00e9"#, #"\ud83c\udf99"#, #"\/"#, "some words", "€",
        ]
        let count = Int.random(in: 0...12, using: &random)
        return "\"" + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined() + "\""
    }
}

/// A value as Foundation reads it.
private struct Reference: Decodable {
    var value: JSONValue

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null
        } else if let string = try? container.decode(String.self) {
            value = .string(string)
        } else if let bool = try? container.decode(Bool.self) {
            value = .bool(bool)
        } else if let number = try? container.decode(Double.self) {
            value = .number(number)
        } else if let object = try? container.decode([String: Reference].self) {
            value = .object(object.mapValues(\.value))
        } else {
            value = .array(try container.decode([Reference].self).map(\.value))
        }
    }
}
