import Testing

@testable import StenoServer

@Suite("What the query says of resuming")
struct ResumeQueryTests {
    @Test(
        "Reads whether a session is to be resumable",
        arguments: ["true": true, "1": true, "false": false, "": false]
    )
    func asks(value: String, expected: Bool) throws {
        #expect(try ResumeQuery([("resumable", value)]).isAskedFor == expected)
        #expect(try ResumeQuery([]).isAskedFor == false)
    }

    @Test("Reads the token, and how much was received")
    func comesBack() throws {
        let query = try ResumeQuery([("resume", "resume_x"), ("resume_events", "12"), ("language", "en")])
        #expect(query.token == "resume_x")
        #expect(query.received == 12)
        #expect(try ResumeQuery([("resume", "resume_x")]).received == 0)
    }

    @Test("Refuses what is no number of messages", arguments: ["-1", "many", "1.5", ""])
    func wrong(count: String) {
        let error = #expect(throws: APIError.self) { _ = try ResumeQuery([("resume_events", count)]) }
        #expect(error?.param == "resume_events")
    }
}
