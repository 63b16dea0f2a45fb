import Testing

@testable import Transcription

@Suite("Memory of response formats")
struct FormatMemoryTests {
    private static let refusal = Array(#"{"error":{"message":"Use json","param":"response_format"}}"#.utf8)
    private static let other = Array(#"{"error":{"message":"The file is broken"}}"#.utf8)
    private static let everything = FormatMemory.Request.verboseJSON(granularities: ["word", "segment"])

    @Test(
        "Asks as configured",
        arguments: [
            (.json, true, .json), (.verboseJSON, true, everything), (.auto, true, everything),
            (.auto, false, .verboseJSON(granularities: ["segment"])),
        ] as [(WhisperHTTPTranscriber.ResponseFormat, Bool, FormatMemory.Request)]
    )
    func configured(format: WhisperHTTPTranscriber.ResponseFormat, words: Bool, request: FormatMemory.Request) {
        #expect(FormatMemory(format).request(for: "whisper-1", wantsWordTimes: words) == request)
    }

    @Test("Knows the models that take json alone", arguments: ["gpt-4o-transcribe", "gpt-4o-mini-transcribe"])
    func known(model: String) {
        #expect(FormatMemory(.auto).request(for: model, wantsWordTimes: true) == .json)
        #expect(FormatMemory(.verboseJSON).request(for: model, wantsWordTimes: true) == Self.everything)
    }

    @Test("Finds another format only where that was refused", arguments: [400, 415, 422, 401, 404, 429, 500])
    func alternative(status: Int) {
        let memory = FormatMemory(.auto)
        let expected = [400, 415, 422].contains(status) ? FormatMemory.Request.json : nil
        #expect(memory.alternative(to: Self.everything, refusedWith: status, body: Self.refusal) == expected)
        #expect(memory.alternative(to: Self.everything, refusedWith: status, body: []) == expected)
        #expect(memory.alternative(to: Self.everything, refusedWith: status, body: Self.other) == nil)
        #expect(memory.alternative(to: .json, refusedWith: status, body: Self.refusal) == nil)
        let strict = FormatMemory(.verboseJSON)
        #expect(strict.alternative(to: Self.everything, refusedWith: status, body: Self.refusal) == nil)
    }

    @Test(
        "Tells a complaint about the format, wherever it is named",
        arguments: [
            #"{"error":{"message":"no","param":"response_format"}}"#, "unknown Response_Format",
            #"{"detail":[{"loc":["body","timestamp_granularities[]"],"msg":"bad","type":"enum"}]}"#,
        ]
    )
    func aboutFormat(body: String) {
        let memory = FormatMemory(.auto)
        #expect(memory.alternative(to: Self.everything, refusedWith: 400, body: Array(body.utf8)) == .json)
    }

    @Test("Remembers for each model, and not for more than 64")
    func memory() {
        var memory = FormatMemory(.auto)
        let plain = [memory.setPlain("a"), memory.setPlain("a")]
        #expect(plain == [true, false])
        #expect(memory.request(for: "a", wantsWordTimes: true) == .json)
        #expect(memory.request(for: "b", wantsWordTimes: true) == Self.everything)
        let news = [memory.setWordless("a"), memory.setWordless("a")]
        #expect(news == [true, false])
        for number in 0..<64 { _ = memory.setPlain("\(number)") }
        #expect(memory.request(for: "a", wantsWordTimes: true) == Self.everything)
        #expect(memory.request(for: "63", wantsWordTimes: true) == .json)
    }
}
