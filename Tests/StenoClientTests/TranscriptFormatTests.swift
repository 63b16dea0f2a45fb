import Testing

@testable import StenoClient

@Suite("Transcript format")
struct TranscriptFormatTests {
    static let utterances = [
        TranscribedUtterance(
            itemID: "item_1",
            transcript: "water is life",
            startMilliseconds: 480,
            endMilliseconds: 2_310
        ),
        TranscribedUtterance(itemID: "item_2", transcript: "", startMilliseconds: 3_000, endMilliseconds: 3_500),
        TranscribedUtterance(
            itemID: "item_3",
            transcript: " say \"hi\"\n\u{1B}[31mred ",
            startMilliseconds: 3_723_004,
            endMilliseconds: 360_000_000
        ),
    ]

    static let golden: [(TranscriptFormat, [String?])] = [
        (
            .lines,
            [
                "[00:00:00.480 → 00:00:02.310]  water is life", "[00:00:03.000 → 00:00:03.500]",
                "[01:02:03.004 → 100:00:00.000]  say \"hi\"  [31mred",
            ]
        ),
        (.text, ["water is life", nil, "say \"hi\"  [31mred"]),
        (
            .json,
            [
                #"{"file":"a.wav","item_id":"item_1","start_ms":480,"end_ms":2310,"transcript":"water is life"}"#,
                #"{"file":"a.wav","item_id":"item_2","start_ms":3000,"end_ms":3500,"transcript":""}"#,
                #"{"file":"a.wav","item_id":"item_3","start_ms":3723004,"end_ms":360000000,"#
                    + #""transcript":" say \"hi\"\n\u001b[31mred "}"#,
            ]
        ),
        (
            .srt,
            [
                "1\n00:00:00,480 --> 00:00:02,310\nwater is life\n", nil,
                "2\n01:02:03,004 --> 100:00:00,000\nsay \"hi\"  [31mred\n",
            ]
        ),
    ]

    @Test("Matches the golden form", arguments: golden)
    func matches(format: TranscriptFormat, expected: [String?]) {
        var formatter = TranscriptFormatter(format: format, file: "a.wav")
        #expect(Self.utterances.map { formatter.string(for: $0) } == expected)
    }

    @Test("Has a golden form for every format")
    func complete() {
        #expect(Set(Self.golden.map(\.0)) == Set(TranscriptFormat.allCases))
    }

    @Test("Keeps every string through JSON", arguments: ["", "a\"b\\c/d", "\u{0}\u{1F}\u{7F}\u{9F}\t\r\n", "äß→😀"])
    func json(text: String) throws {
        let message = #"{"type":"error","message":\#(quoted(text))}"#
        #expect(try ServerEvent(parsing: message) == .failure(ServerFailure(message: text)))
    }
}

@Suite("Server event")
struct ServerEventTests {
    @Test("Reads a transcript and leaves the rest of it out")
    func transcript() throws {
        let text = #"""
            {"type":"response.audio_transcript.done","event_id":"e","item_id":"item_7","transcript":"hi","audio":"AAA=",
            "sample_rate":16000,"start_ms":480,"end_ms":2310}
            """#
        let expected = TranscribedUtterance(
            itemID: "item_7",
            transcript: "hi",
            startMilliseconds: 480,
            endMilliseconds: 2_310
        )
        #expect(try ServerEvent(parsing: text) == .utterance(expected))
    }

    @Test("Reads an error event on one line, with and without an utterance")
    func failure() throws {
        let text = #"{"type":"error","event_id":"e","message":"No\nluck.","code":"c","item_id":"item_1","error":{}}"#
        let failure = ServerFailure(message: "No\nluck.", code: "c", itemID: "item_1")
        #expect(try ServerEvent(parsing: text) == .failure(failure))
        #expect(failure.description == "utterance item_1: No luck. (c)")
        #expect(ServerFailure(message: "No.").description == "No.")
        #expect(
            try ServerEvent(parsing: #"{"type":"error","message":"m","code":null}"#) == .failure(.init(message: "m"))
        )
    }

    @Test("Reads what a client has to know to come back")
    func resuming() throws {
        let created = #"{"type":"session.created","resume":{"token":"resume_x","window_s":120}}"#
        #expect(try ServerEvent(parsing: created) == .created(resume: "resume_x"))
        #expect(try ServerEvent(parsing: #"{"type":"session.created"}"#) == .created(resume: nil))
        let resumed = #"{"type":"session.resumed","accepted_bytes":12,"replayed_events":0,"lost_events":0}"#
        #expect(try ServerEvent(parsing: resumed) == .resumed(acceptedBytes: 12))
    }

    @Test("Lets unknown types pass")
    func unknown() throws {
        #expect(try ServerEvent(parsing: #"{"type":"session.updated","x":1}"#) == .other(type: "session.updated"))
    }

    @Test(
        "Refuses what is no event",
        arguments: ["", "{}", "[]", "\u{1B}[2J", #"{"type":1}"#, #"{"type":"response.audio_transcript.done"}"#]
    )
    func malformed(text: String) throws {
        let error = #expect(throws: StenoClientError.self) { try ServerEvent(parsing: text) }
        #expect(error?.description.contains("\u{1B}") == false)
    }
}
