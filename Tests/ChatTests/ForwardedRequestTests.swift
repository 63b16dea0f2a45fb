import JSON
import Testing

@testable import Chat

@Suite("A client's own request")
struct ForwardedRequestTests {
    static func sent(_ body: String, model: String? = nil, extra: [String: JSONValue] = [:]) throws -> String {
        let request = try ForwardedRequest(Array(body.utf8))
        return String(decoding: request.bytes(model: model, extra: extra), as: UTF8.self)
    }

    @Test("Keeps the bytes of every member")
    func members() throws {
        let body = #"{ "b" : 1.50, "\u0061":[ 12345678901234567890 ], "c":{"d":null} }"#
        #expect(try Self.sent(body) == #"{"b":1.50,"a":[ 12345678901234567890 ],"c":{"d":null}}"#)
        #expect(try Self.sent("{}") == "{}")
    }

    @Test("Takes the operator's model and fields before the client's, and sends each name once")
    func others() throws {
        let body = #"{"model":"theirs","user":"me","n":1,"n":2}"#
        #expect(try Self.sent(body, model: "ours") == #"{"user":"me","n":2,"model":"ours"}"#)
        let extra: [String: JSONValue] = ["user": nil, "n": 3, "model": "extra"]
        #expect(try Self.sent(body, model: "ours", extra: extra) == #"{"model":"extra","n":3}"#)
        #expect(try Self.sent(body, model: "ours", extra: ["model": nil]) == #"{"user":"me","n":2}"#)
    }

    @Test(
        "Knows whether events are wanted",
        arguments: [("true", true), ("false", false), ("1", false), ("null", false)]
    )
    func stream(_ value: String, _ isStreamed: Bool) throws {
        #expect(try ForwardedRequest(Array(#"{"stream":\#(value)}"#.utf8)).isStreamed == isStreamed)
    }

    @Test(
        "Refuses what is no object",
        arguments: ["", "[]", "{", "{} {}", #"{"a":}"#, #"{"a":"# + String(repeating: "[", count: 99)]
    )
    func refused(_ body: String) {
        #expect(throws: JSONError.self) { try ForwardedRequest(Array(body.utf8)) }
    }

    @Test("Refuses what is not UTF-8")
    func bytes() {
        #expect(throws: JSONError.malformed(at: 0)) {
            try ForwardedRequest(Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8))
        }
    }
}
