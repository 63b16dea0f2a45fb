public import Logging
import Synchronization

/// Which of an engine's voices speaks for a name that a client asks for.
///
/// A voice of the engine is itself. OpenAI's names always lead to the same voice, a female one for those that sound
/// female, unless a configured name says otherwise. For every other name the first voice speaks, and a warning says so
/// once.
public final class VoiceMap: Sendable {
    /// The engine's voices, the default first; never empty.
    public let voices: [Voice]
    private let byName: [String: Voice]
    private let logger: Logger
    private let hasWarned = Atomic(false)

    /// - Parameters:
    ///   - voices: At least one; the first is the default.
    ///   - names: Further names, each with the name of a voice; those that lead to none are left out.
    public init(_ voices: [Voice], names: VoiceNames = VoiceNames(), logger: Logger) {
        precondition(!voices.isEmpty, "An engine has a voice")
        self.voices = voices
        self.logger = logger

        var byName = Self.namesOfOpenAI(for: voices)
        for voice in voices { byName[voice.name] = voice }
        for (name, target) in names.targets {
            guard let voice = voices.first(where: { $0.name == target.lowercased() }) else { continue }
            byName[name] = voice
        }

        self.byName = byName
    }

    /// The voice for a name in any case; the default for `nil`.
    public func voice(for name: String?) -> Voice {
        guard let name else { return voices[0] }
        if let voice = byName[name.lowercased()] { return voice }
        if !hasWarned.exchange(true, ordering: .relaxed) {
            logger.warning(
                "A voice that was asked for is not known; the default speaks",
                metadata: ["steno.tts.voice": "\(name.prefix(64))", "steno.tts.default": "\(voices[0].name)"]
            )
        }
        return voices[0]
    }

    /// Each name of OpenAI's with the next voice of its sex, in a circle; with the default if there is none.
    private static func namesOfOpenAI(for voices: [Voice]) -> [String: Voice] {
        var map: [String: Voice] = [:]
        for (names, isFemale) in [(VoiceNames.femaleOfOpenAI, true), (VoiceNames.maleOfOpenAI, false)] {
            let suitable = voices.filter { $0.isFemale == isFemale }
            for (index, name) in names.enumerated() {
                map[name] = suitable.isEmpty ? voices[0] : suitable[index % suitable.count]
            }
        }
        return map
    }
}
