/// Tells the assistant's own voice, heard by the user's microphone, from a user's; and words that only say that someone
/// listens from those that say something.
enum EchoTest {
    /// Words of an utterance that must have been said by the assistant, of a hundred.
    private static let share = 80
    /// How much longer speech has to last to interrupt where it may be an echo.
    static let longerBy = (numerator: 8, denominator: 5)
    /// Shorter utterances may repeat what was said by chance.
    private static let minimumWords = 4

    private static let backchannel: Set<String> = [
        "ah", "aha", "alright", "hm", "hmm", "hmmm", "huh", "mhm", "mm", "mmhm", "mmm", "oh", "ok", "okay", "right",
        "sure", "uh", "uhhuh", "um", "yeah", "yep", "yes", "yup",
    ]

    /// Whether an utterance is made of words that the assistant has just said.
    static func isEcho(_ heard: String, of said: String) -> Bool {
        let words = words(heard)
        guard words.count >= minimumWords else { return false }
        let known = Set(self.words(said))
        return words.count(where: known.contains) * 100 >= words.count * share
    }

    /// Whether an utterance holds no word but those with which people show that they listen.
    static func isBackchannel(_ heard: String) -> Bool { words(heard).allSatisfy(backchannel.contains) }

    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }.map(String.init)
    }
}
