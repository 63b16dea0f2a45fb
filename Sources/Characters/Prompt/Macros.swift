/// The places in a card's texts where names stand: `{{char}}`, `{{user}}`, `<BOT>` and `<USER>`, whatever their case.
struct Macros: Equatable, Sendable {
    var character: String
    var user: String

    /// The text with the names in it, of which there are at most `limit` bytes.
    ///
    /// - Parameter original: What `{{original}}` stands for; `nil` leaves it as it is.
    func replace(in text: String, original: String? = nil, limit: Int = CharacterLimits.instructions) -> String {
        let names = names(original)
        let text = Array(text.prefix(utf8Count: limit).utf8)
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count, result.count < limit {
            let isMark = text[index] == UInt8(ascii: "{") || text[index] == UInt8(ascii: "<")
            if isMark, let (name, value) = names.first(where: { Self.begins(text[index...], with: $0.0) }) {
                result += value.utf8
                index += name.utf8CodeUnitCount
            } else {
                result.append(text[index])
                index += 1
            }
        }

        return String(decoding: result, as: UTF8.self).prefix(utf8Count: limit)
    }

    /// The same, of which the bytes are taken from a budget.
    func replace(in text: String, original: String? = nil, within budget: inout Int) -> String {
        let result = replace(in: text, original: original, limit: budget)
        budget -= result.utf8.count
        return result
    }

    private func names(_ original: String?) -> [(StaticString, String)] {
        let names: [(StaticString, String)] = [
            ("{{char}}", character), ("{{user}}", user), ("<bot>", character), ("<user>", user),
        ]
        return original.map { names + [("{{original}}", $0)] } ?? names
    }

    private static func begins(_ text: ArraySlice<UInt8>, with name: StaticString) -> Bool {
        guard text.count >= name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { name in
            zip(text, name).allSatisfy { letter, wanted in
                let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter)
                return (isUpper ? letter | 0x20 : letter) == wanted
            }
        }
    }
}
