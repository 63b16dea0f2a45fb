import Testing

@testable import Transcription

@Suite("Tolerant JSON")
struct TolerantJSONTests {
    @Test(
        "Only what is outside strings changes",
        arguments: [
            ("", ""), ("NaN", "null"), ("[-Infinity,Infinity,-1]", "[null,null,-1]"),
            (#"{"NaN":NaN}"#, #"{"NaN":null}"#),
            (#""\"NaN\\",NaN"#, #""\"NaN\\",null"#), (#""\"#, #""\"#), ("[Na,-Inf]", "[Na,-Inf]"),
        ]
    )
    func replaces(json: String, expected: String) {
        #expect(TolerantJSON.withoutNonNumbers(Array(json.utf8)) == Array(expected.utf8))
    }

    @Test("Bytes that are not UTF-8 are not JSON")
    func notUTF8() {
        #expect(TolerantJSON.decode([String: String].self, Array(#"{""#.utf8) + [0xFF] + Array(#"":"a"}"#.utf8)) == nil)
        #expect(TolerantJSON.decode(String.self, [0x22, 0xC3, 0x22]) == nil)
    }

    @Test("Deep nesting is refused, not followed")
    func deep() {
        #expect(TolerantJSON.decode([String].self, Array(repeating: UInt8(ascii: "["), count: 1 << 20)) == nil)
    }
}
