import BackendHTTP
import Testing

@Suite("Complaint of a backend")
struct ComplaintTests {
    struct Case: CustomTestStringConvertible {
        var body: String
        var code: String?
        var message: String?
        var isStructured = true

        var testDescription: String { body }
    }

    @Test(
        "Finds the identifier and the message in",
        arguments: [
            Case(
                body:
                    #"{"error":{"message":"Bad key","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
                code: "invalid_api_key",
                message: "Bad key"
            ),
            Case(
                body: #"{"error":{"message":"m","type":"server_error","code":null}}"#,
                code: "server_error",
                message: "m"
            ),
            Case(
                body: #"{"error":{"message":"m","type":"BadRequestError","code":400}}"#,
                code: "BadRequestError",
                message: "m"
            ),
            Case(body: #"{"error":{"message":"m","code":"not an identifier","type":"t"}}"#, code: "t", message: "m"),
            Case(body: #"{"error":"failed to read audio"}"#, message: "failed to read audio"),
            Case(body: #"{"detail":"Model 'x' is not installed"}"#, message: "Model 'x' is not installed"),
            Case(
                body: #"{"detail":[{"loc":["body","file"],"msg":"Field required","type":"missing"},{"msg":"other"}]}"#,
                code: "missing",
                message: "Field required"
            ),
            Case(body: #"{"detail":{"error":"busy","code":"queue.full-1"}}"#, code: "queue.full-1", message: "busy"),
            Case(
                body: #"{"object":"error","message":"old vLLM","type":"NotFoundError","code":404}"#,
                code: "NotFoundError",
                message: "old vLLM",
                isStructured: false
            ),
            Case(body: "Bad gateway", message: "Bad gateway", isStructured: false),
            Case(body: "\u{1}\u{2}", isStructured: false),
            Case(body: "", isStructured: false),
            Case(body: "{\"error\":", isStructured: false),
            Case(body: #"{"error":null,"detail":[]}"#, isStructured: false),
            Case(body: #"{"error":{"code":""}}"#),
        ]
    )
    func finds(_ example: Case) {
        let complaint = Complaint(body: Array(example.body.utf8))
        #expect(complaint.code == example.code)
        #expect(complaint.message == example.message)
        #expect(complaint.isStructured == example.isStructured)
    }

    @Test(
        "An identifier is short and plain",
        arguments: [
            (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false), ("", false),
            ("a b", false), ("Az09_.-", true), ("é", false), ("a\n", false),
        ]
    )
    func identifiers(code: String, isPlausible: Bool) {
        let escaped = code.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
        let body = #"{"error":{"code":"\#(escaped)"}}"#
        let complaint = Complaint(body: Array(body.utf8))
        #expect(complaint.code == (isPlausible ? code : nil))
    }

    @Test("Gateways give the status as the code, and Google puts the error into a list")
    func statuses() {
        #expect(Complaint(body: Array(#"{"error":{"message":"m","code":503}}"#.utf8)).status == 503)
        #expect(Complaint(body: Array(#"{"error":{"message":"m","code":"429"}}"#.utf8)).status == 429)
        #expect(Complaint(body: Array(#"{"error":{"code":7}}"#.utf8)).status == nil)
        #expect(Complaint(body: Array(#"[{"error":{"code":404,"message":"gone"}}]"#.utf8)).message == "gone")
    }

    @Test(
        "Says nothing where there is neither a code nor a message",
        arguments: [("", true), ("{}", true), ("no", false), (#"{"error":"no"}"#, false), (#"{"code":"x"}"#, false)]
    )
    func silence(body: String, saysNothing: Bool) {
        #expect(Complaint(body: Array(body.utf8)).saysNothing == saysNothing)
    }
}
