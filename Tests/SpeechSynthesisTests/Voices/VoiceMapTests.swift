import InMemoryLogging
import Logging
import Testing

@testable import SpeechSynthesis

@Suite("Voice map")
struct VoiceMapTests {
    private static let voices = [
        Voice(name: "slt", isFemale: true), Voice(name: "rms", isFemale: false), Voice(name: "awb", isFemale: false),
    ]

    private let handler = InMemoryLogHandler()

    private func map(_ names: String = "") throws -> VoiceMap {
        let handler = handler
        let logger = Logger(label: "test") { _ in handler }
        return VoiceMap(Self.voices, names: try #require(VoiceNames(names)), logger: logger)
    }

    @Test("Gives a voice of the engine for its own name, and the first for none")
    func own() throws {
        #expect(try map().voice(for: "awb").name == "awb")
        #expect(try map().voice(for: "RMS").name == "rms")
        #expect(try map().voice(for: nil).name == "slt")
        #expect(handler.entries.isEmpty)
    }

    @Test("Gives OpenAI's names a voice of their sex, always the same", arguments: ["", "alloy=awb"])
    func openAI(names: String) throws {
        let map = try map(names)
        for name in VoiceNames.femaleOfOpenAI.dropFirst() { #expect(map.voice(for: name).isFemale) }
        for name in VoiceNames.maleOfOpenAI { #expect(!map.voice(for: name).isFemale) }
        #expect(Set(VoiceNames.femaleOfOpenAI + VoiceNames.maleOfOpenAI).count == 13)
        #expect(map.voice(for: "ash").name == "rms")
        #expect(map.voice(for: "ballad").name == "awb")
        #expect(map.voice(for: "Alloy").name == (names.isEmpty ? "slt" : "awb"))
        #expect(handler.entries.isEmpty)
    }

    @Test("Uses the first voice for a name nobody knows, and says so once")
    func unknown() throws {
        let map = try map("x=nobody")
        for name in ["x", "y", "y"] { #expect(map.voice(for: name).name == "slt") }
        #expect(handler.entries.count == 1)
        #expect(handler.entries.first?.level == .warning)
    }

    @Test("Reads names as they are written, and refuses what is not a pair")
    func names() throws {
        let names = try #require(VoiceNames(" Alloy = af_bella , ash=am_adam"))
        #expect(names["ALLOY"] == "af_bella")
        #expect(names.description == "alloy=af_bella,ash=am_adam")
        for wrong in ["alloy", "a=b=c", "=b", "a=", "a= ,b=c"] { #expect(VoiceNames(wrong) == nil) }
    }
}
