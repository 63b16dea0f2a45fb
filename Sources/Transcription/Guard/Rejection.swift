/// Why nobody is taken to have said what an engine wrote.
///
/// The raw values are stable: clients and metrics get them.
public enum Rejection: String, CaseIterable, Sendable {
    /// The detector heard no speech in what was committed; the engine was not asked.
    case noSpeech = "no_speech"
    /// The text repeats itself, as a decoder's does that has lost its way.
    case repetition
    /// There are more words than can be said in the time in which there was a voice.
    case tooManyWords = "too_many_words"
    /// There is no letter and no digit in the text.
    case symbolsOnly = "symbols_only"
    /// The text is in another script than its language's.
    case wrongScript = "wrong_script"
    /// The detector was not sure of a voice, and there was little of it.
    case weakVoice = "weak_voice"
    /// The engine itself says that there was probably no speech.
    case engineDoubt = "engine_doubt"
    /// The engine is known to write this where nobody speaks, and there is no good evidence that someone did.
    case knownPhantom = "known_phantom"
}
