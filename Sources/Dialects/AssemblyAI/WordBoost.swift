import JSON

/// Reads `word_boost`: words that the engine is to listen for.
///
/// Clients of different ages send a JSON array, Python's way of writing a list, or the parameter once for each word.
enum WordBoost {
    /// All words of all values; `nil` when one of them is the beginning of a list but no list.
    static func words(_ values: [String]) -> [String]? {
        var words: [String] = []
        for value in values where value.contains(where: { !$0.isWhitespace }) {
            guard value.first == "[" else {
                words.append(value)
                continue
            }
            guard let list = jsonWords(value) ?? pythonWords(value) else { return nil }
            words += list
        }
        return words.filter { word in word.contains { !$0.isWhitespace } }
    }

    private static func jsonWords(_ text: String) -> [String]? {
        guard case .array(let elements)? = try? JSONValue(parsing: Array(text.utf8).span) else { return nil }
        let words = elements.compactMap(\.string)
        return words.count == elements.count ? words : nil
    }

    /// Strings between either kind of quotes, with commas between them.
    private static func pythonWords(_ text: String) -> [String]? {
        var rest = text.dropFirst().drop(while: \.isWhitespace)
        var words: [String] = []
        while let quote = rest.first, quote == "'" || quote == "\"" {
            guard let word = string(&rest, endingWith: quote) else { return nil }
            words.append(word)
            rest = rest.drop(while: \.isWhitespace)
            guard rest.first == "," else { break }
            rest = rest.dropFirst().drop(while: \.isWhitespace)
        }
        return rest.first == "]" && rest.dropFirst().allSatisfy(\.isWhitespace) ? words : nil
    }

    private static func string(_ rest: inout Substring, endingWith quote: Character) -> String? {
        var word = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst() {
            if character == quote { return word }
            guard character == "\\" else {
                word.append(character)
                continue
            }
            guard let escaped = rest.popFirst() else { return nil }
            word.append(escaped)
        }

        return nil
    }
}
