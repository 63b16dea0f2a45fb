import Testing

@testable import Transcription

@Suite("Backend complaint")
struct BackendComplaintTests {
    struct Case: CustomTestStringConvertible {
        var body: String
        var contentType: String? = "application/json"
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
            Case(body: "Bad gateway", contentType: "text/plain", message: "Bad gateway", isStructured: false),
            Case(body: "\u{1}\u{2}", contentType: "application/octet-stream", isStructured: false),
            Case(body: "", contentType: nil, isStructured: false),
            Case(body: "{\"error\":", isStructured: false),
            Case(body: #"{"error":null,"detail":[]}"#, isStructured: false),
            Case(body: #"{"error":{"code":""}}"#),
        ]
    )
    func finds(_ example: Case) {
        let complaint = BackendComplaint(body: Array(example.body.utf8), contentType: example.contentType)
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
        let complaint = BackendComplaint(body: Array(body.utf8), contentType: nil)
        #expect(complaint.code == (isPlausible ? code : nil))
    }

    @Test(
        "Tells a complaint about the format, wherever it is named",
        arguments: [
            (#"{"error":{"message":"no","param":"response_format"}}"#, true),
            (#"{"detail":[{"loc":["body","timestamp_granularities[]"],"msg":"bad","type":"enum"}]}"#, true),
            ("unknown Response_Format", true), (#"{"error":{"message":"The file is broken"}}"#, false), ("", false),
        ]
    )
    func aboutFormat(body: String, isAboutFormat: Bool) {
        let complaint = BackendComplaint(body: Array(body.utf8), contentType: "text/plain")
        #expect(complaint.isAboutFormat == isAboutFormat)
        #expect(complaint.saysNothing == body.isEmpty)
    }
}
