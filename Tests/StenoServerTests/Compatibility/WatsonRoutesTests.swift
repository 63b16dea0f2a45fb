import Testing
import Transcription

@testable import StenoServer

@Suite("Watson's names")
struct WatsonRoutesTests {
    @Test(
        "A model's name begins with its language",
        arguments: [("en-US_Multimedia", "en"), ("de-DE_Telephony", "de")]
    )
    func languages(_ name: String, _ code: String) {
        #expect(WatsonRoutes.language(ofModel: name)?.code == code)
    }

    @Test("A name without a language leaves it to the server", arguments: ["x", "klingon_Multimedia"])
    func noLanguage(_ name: String) {
        #expect(WatsonRoutes.language(ofModel: name) == nil)
    }

    @Test("Voices of Watson leave the choice to the server, others are passed on")
    func voices() {
        #expect(WatsonRoutes.voice(named: "en-US_MichaelV3Voice") == nil)
        #expect(WatsonRoutes.voice(named: "") == nil)
        #expect(WatsonRoutes.voice(named: "slt") == "slt")
    }
}
