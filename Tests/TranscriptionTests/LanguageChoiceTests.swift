import Testing
import Transcription

@Suite("Choice of a language")
struct LanguageChoiceTests {
    @Test(
        "Reads a code, a name or a tag",
        arguments: [
            ("en", "en"), ("EN", "en"), ("english", "en"), ("English", "en"), ("en-US", "en"), ("pt_BR", "pt"),
            ("zh_Hant", "zh"), ("zh-Hans-CN", "zh"), ("mandarin", "zh"), ("haitian creole", "ht"), ("eng", "en"),
            ("deu", "de"), ("ger", "de"), ("fra-CA", "fr"), ("fre", "fr"), ("zho", "zh"), ("chi", "zh"), ("cmn", "zh"),
            ("yue", "yue"), ("haw", "haw"), ("iw", "he"), ("jv", "jw"), ("jav", "jw"), ("nob", "no"), ("zul", "zu"),
            ("esperanto", "eo"), (" de\n", "de"),
        ]
    )
    func spoken(text: String, code: String) throws {
        #expect(try LanguageChoice(reading: text).code == code)
    }

    @Test("Takes auto, an empty text and none for detection", arguments: [nil, "", " ", "auto", "AUTO"])
    func detection(text: String?) throws {
        #expect(try LanguageChoice(reading: text) == .detected)
    }

    @Test(
        "Refuses what names no language, and says what would",
        arguments: ["klingon", "qx", "e", "12", "xxx", "en-", "en_US.UTF-8", "english-US", "en US", "auto-US", "-"]
    )
    func refuses(text: String) throws {
        let error = try #require(throws: UnknownLanguage.self) { try LanguageChoice(reading: text) }
        #expect(error.text == text)
        #expect("\(error)".contains(UnknownLanguage.allowed))
    }

    @Test("Knows Whisper's hundred languages and the rest of ISO 639-1, each by its code and its name")
    func languages() {
        let known = SpokenLanguage.all
        #expect(known.count == 100 + 86)
        #expect(Set(known.map(\.code)).count == known.count)
        #expect(known.first?.code == "en" && known[99].code == "yue")
        for language in known {
            #expect(SpokenLanguage(naming: language.code) == language)
            #expect(SpokenLanguage(naming: language.name) == language)
        }
    }
}
