import Testing

@testable import SpeechSynthesis

@Suite("Program for phonemes")
struct PhonemizerTests {
    private static func phonemizer(_ program: String) throws -> Phonemizer {
        let tokens = try #require(VoiceTokens(text: "_ 0\n^ 1\n$ 2\n", arePhonemes: true))
        return Phonemizer(program: program, language: "en-us", tokens: tokens)
    }

    @Test("Gives nothing where it ends before it has read", arguments: ["/bin/true", "/bin/false"])
    func endsEarly(program: String) async throws {
        // More than a pipe holds.
        let text = String(repeating: "one two three, ", count: 6_000)
        for _ in 0..<5 {
            let phonemes = try await Self.phonemizer(program).phonemes(of: text)
            #expect(phonemes.sentences.isEmpty)
        }
    }

    @Test("Is waited for by whoever is cancelled meanwhile, and ends nothing else")
    func cancelled() async throws {
        let text = String(repeating: "one two three, ", count: 1_000)
        for turns in 0..<50 {
            let asking = Task { try await Self.phonemizer("/bin/cat").phonemes(of: text) }
            for _ in 0..<turns { await Task.yield() }
            asking.cancel()
            await #expect(throws: SynthesisError.cancelled) { try await asking.value }
        }
    }
}
