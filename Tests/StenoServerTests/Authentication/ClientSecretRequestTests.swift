import Foundation
import JSON
import Sessions
import Testing

@testable import StenoServer

@Suite("Client secret request")
struct ClientSecretRequestTests {
    static func read(_ body: String, isBeta: Bool = false) throws -> (session: String, lifetime: Int) {
        let request = try ClientSecretRequest(body: Array(body.utf8), isBeta: isBeta)
        return (String(decoding: JSONValue.object(request.session).text, as: UTF8.self), request.lifetime)
    }

    @Test(
        "Reads the session and the expiry",
        arguments: [
            ("", "{}", 600), ("{}", "{}", 600), (" {\n} ", "{}", 600),
            (#"{"session":null,"expires_after":null}"#, "{}", 600),
            (
                #"{"session":{"type":"transcription","a":[1,0.5,null,true,"ü"]}}"#,
                #"{"a":[1,0.5,null,true,"ü"],"type":"transcription"}"#, 600
            ),
            (#"{"expires_after":{}}"#, "{}", 600),
            (#"{"expires_after":{"anchor":"created_at"}}"#, "{}", 600),
            (#"{"expires_after":{"anchor":"created_at","seconds":null}}"#, "{}", 600),
            (#"{"expires_after":{"anchor":"created_at","seconds":10},"unknown":7}"#, "{}", 10),
            (#"{"expires_after":{"seconds":7200.0}}"#, "{}", 7_200),
        ]
    )
    func current(body: String, session: String, lifetime: Int) throws {
        let (read, seconds) = try Self.read(body)
        #expect(read == session)
        #expect(seconds == lifetime)
    }

    @Test(
        "Reads the flat form from before the general release",
        arguments: [
            ("", "{}", 600), (#"{"model":"m","client_secret":null}"#, #"{"model":"m"}"#, 600),
            (#"{"client_secret":{}}"#, "{}", 600),
            (
                #"{"turn_detection":null,"client_secret":{"expires_after":{"anchor":"created_at","seconds":20}}}"#,
                #"{"turn_detection":null}"#, 20
            ),
            (#"{"client_secret":{"expires_at":{"anchor":"created_at","seconds":30}}}"#, "{}", 30),
            // Not the flat form's name for it.
            (#"{"expires_after":{"seconds":30}}"#, #"{"expires_after":{"seconds":30}}"#, 600),
        ]
    )
    func beta(body: String, session: String, lifetime: Int) throws {
        let (read, seconds) = try Self.read(body, isBeta: true)
        #expect(read == session)
        #expect(seconds == lifetime)
    }

    @Test(
        "Names the field that is wrong",
        arguments: [
            ("{", .invalidJSON, nil), ("hello", .invalidJSON, nil), ("\u{1}", .invalidJSON, nil),
            (" ", .invalidJSON, nil),
            ("[]", .invalidValue, nil), (#"[{"session":{}}]"#, .invalidValue, nil),
            (#"{"session":7}"#, .invalidValue, "session"), (#"{"session":[]}"#, .invalidValue, "session"),
            (#"{"expires_after":600}"#, .invalidValue, "expires_after"),
            (#"{"expires_after":{"anchor":"now"}}"#, .invalidValue, "expires_after.anchor"),
            (#"{"expires_after":{"anchor":7,"seconds":60}}"#, .invalidValue, "expires_after.anchor"),
            (#"{"expires_after":{"seconds":9}}"#, .invalidValue, "expires_after.seconds"),
            (#"{"expires_after":{"seconds":7201}}"#, .invalidValue, "expires_after.seconds"),
            (#"{"expires_after":{"seconds":-600}}"#, .invalidValue, "expires_after.seconds"),
            (#"{"expires_after":{"seconds":60.5}}"#, .invalidValue, "expires_after.seconds"),
            (#"{"expires_after":{"seconds":1e300}}"#, .invalidValue, "expires_after.seconds"),
            (#"{"expires_after":{"seconds":"600"}}"#, .invalidValue, "expires_after.seconds"),
            (#"{"expires_after":{"seconds":true}}"#, .invalidValue, "expires_after.seconds"),
            (#"{"expires_after":{"seconds":[600]}}"#, .invalidValue, "expires_after.seconds"),
        ] as [(String, ClientError.Code, String?)]
    )
    func wrong(body: String, code: ClientError.Code, param: String?) {
        #expect {
            try Self.read(body)
        } throws: { error in
            (error as? ClientError)?.code == code && (error as? ClientError)?.param == param
        }
    }

    @Test(
        "Names the field of the flat form that is wrong",
        arguments: [
            (#"{"client_secret":"x"}"#, "client_secret"),
            (#"{"client_secret":{"expires_after":7}}"#, "client_secret.expires_after"),
            (#"{"client_secret":{"expires_after":{"seconds":1}}}"#, "client_secret.expires_after.seconds"),
            (#"{"client_secret":{"expires_at":{"anchor":"x"}}}"#, "client_secret.expires_at.anchor"),
        ]
    )
    func wrongBeta(body: String, param: String) {
        #expect {
            try Self.read(body, isBeta: true)
        } throws: { error in
            (error as? ClientError)?.param == param
        }
    }
}
