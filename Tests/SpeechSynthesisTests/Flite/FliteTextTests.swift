import Testing

@testable import SpeechSynthesis

@Suite("Flite's text")
struct FliteTextTests {
    @Test(
        "Writes what it can with ASCII, and drops the rest",
        arguments: [
            ("It’s “fine” — really…", "It's  fine  ,  really... "),
            ("Café Müller, Łódź, Straße", "Cafe Mueller, Lodz, Strasse"),
            ("20 °C costs 5 €", "20  degrees C costs 5  euros "), ("a\u{0}b\tc\u{7F}", "ab c"), ("*a* <b>", " a   b "),
            ("你好", ""), ("?! ...", ""), ("Привет 5", " 5"), ("e\u{301}", "e"),
        ]
    )
    func transliteration(text: String, expected: String) {
        #expect(FliteText(text).ascii == expected)
    }
}
