/// How many words of a text are wrong, missing or too many.
public enum WordErrors {
    /// The Levenshtein distance.
    ///
    /// - Parameter expected: In lower case, without punctuation.
    public static func count(in text: String, expected: [String]) -> Int {
        let heard = words(of: text)
        var row = Array(0...expected.count)
        for (index, word) in heard.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in expected.enumerated() {
                let best = min(row[column] + 1, row[column + 1] + 1, diagonal + (word == other ? 0 : 1))
                diagonal = row[column + 1]
                row[column + 1] = best
            }
        }
        return row[expected.count]
    }

    public static func words(of text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && $0 != "'" }.map(String.init)
    }
}
