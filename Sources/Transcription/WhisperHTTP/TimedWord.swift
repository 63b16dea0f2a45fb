/// A word as a backend gives it.
struct TimedWord: Equatable {
    /// As it came, with the leading space that Whisper puts before a new word.
    var text: String
    /// In the backend's unit, which is seconds almost everywhere.
    var start: Double
    var end: Double

    /// Whole words from the pieces that whisper.cpp and faster-whisper give, such as ` side`, `-by`, `-side`.
    ///
    /// In a list where pieces begin with a space, one that does not continues the word before. Scripts that are
    /// written without spaces are left as they are.
    static func joined(_ pieces: [TimedWord]) -> [TimedWord] {
        guard pieces.contains(where: { $0.text.hasPrefix(" ") }) else { return pieces }

        return pieces.reduce(into: []) { words, piece in
            let isUnspaced = piece.text.unicodeScalars.first?.isUnspaced ?? false
            if let last = words.indices.last, !piece.text.hasPrefix(" "), !isUnspaced {
                words[last].text += piece.text
                words[last].end = piece.end
            } else {
                words.append(piece)
            }
        }
    }
}
