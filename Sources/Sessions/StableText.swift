import Transcription

/// The text of an utterance that is still being said: it only grows.
///
/// A word is told once two readings in a row agree on it, and never taken back. Source: LocalAgreement-2 of D. Macháček,
/// R. Dabre and O. Bojar, "Turning Whisper into Real-Time Transcription System", IJCNLP-AACL 2023.
struct StableText {
    /// What has been told so far.
    private(set) var told = ""
    private var last: String?

    /// Takes a reading of all that has been said of the utterance.
    ///
    /// - Returns: What can be told now, behind what was told before; often nothing.
    mutating func read(_ text: String) -> String {
        defer { last = text }
        guard let last else { return "" }
        let delta = Self.agreement(rest(of: last), second: rest(of: text))
        told += delta
        return delta
    }

    /// Takes the reading that holds.
    ///
    /// - Returns: What is left to tell, and the whole text, which begins with all that was told: where the reading has
    ///   other words there, these have been read already.
    mutating func finish(_ text: String) -> (delta: String, text: String) {
        let delta = rest(of: text)
        told += delta
        return (delta, told)
    }

    /// What a reading says behind the words that were told.
    private func rest(of text: String) -> String {
        if text.hasPrefix(told) { return String(text.dropFirst(told.count)) }

        let reading = SpokenWords(text)
        let first = Self.wordsTold(of: reading.words.map(\.sound), told: SpokenWords(told).words.map(\.sound))
        guard first < reading.words.count else { return "" }
        let rest = reading.text(of: first..<reading.words.count)
        let isUnspaced = told.unicodeScalars.last?.isUnspaced == true && rest.unicodeScalars.first?.isUnspaced == true
        return (isUnspaced ? "" : " ") + rest
    }

    /// How many words at the front of a reading stand for those that were told: as many as cost the fewest edits, and of
    /// equal ones the most, so that a word that is heard differently now is not told twice.
    private static func wordsTold(of reading: [String], told: [String]) -> Int {
        var costs = Array(0...reading.count)
        for (index, word) in told.enumerated() {
            var diagonal = costs[0]
            costs[0] = index + 1
            for place in reading.indices {
                let substitution = diagonal + (reading[place] == word ? 0 : 1)
                diagonal = costs[place + 1]
                costs[place + 1] = min(substitution, diagonal + 1, costs[place] + 1)
            }
        }

        let least = costs.min()
        return costs.lastIndex { $0 == least } ?? 0
    }

    /// The words at the front of both; the last of a reading may have been cut off, and punctuation may change with
    /// what follows it.
    private static func agreement(_ first: String, second: String) -> String {
        var agreed = first.commonPrefix(with: second)
        let count = agreed.count
        let isWhole = [first, second].allSatisfy { $0.dropFirst(count).first?.isWritten == false }
        if !isWhole {
            // Half a word, or one that may become longer.
            while let last = agreed.last, last.isWritten, !last.isUnspaced { agreed.removeLast() }
            if agreed.count == count, agreed.last?.isUnspaced == true { agreed.removeLast() }
        }
        while let last = agreed.last, !last.isWritten { agreed.removeLast() }
        return agreed
    }
}

extension Character {
    fileprivate var isWritten: Bool { isLetter || isNumber }

    /// Whether it is a word by itself.
    fileprivate var isUnspaced: Bool { unicodeScalars.first?.isUnspaced == true }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
