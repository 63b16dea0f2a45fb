import BackendHTTP
import Backends
import HTTPTransfer
import InMemoryLogging
import Logging
import Testing

@Suite("Failures of a backend over HTTP")
struct BackendFailuresTests {
    private enum Oops: BackendError {
        case unreachable, disconnected, invalidResponse, noBackend, cancelled
        case status(Int, code: String?)
        case timeout(seconds: Double)

        var code: String { "oops" }
    }

    private let handler = InMemoryLogHandler()

    private func failures(key: String? = "secret-key") throws -> BackendFailures<Oops> {
        let access = try BackendAccess(baseURL: "http://h:1/v1", apiKey: key, service: "/x")
        return BackendFailures(access, message: "It failed", prefix: "steno.x")
    }

    private func logged<Value>(_ body: () -> Value) -> Value {
        withLogger(Logger(label: "test") { [handler] _ in handler }) { _ in body() }
    }

    @Test(
        "Every way in which there is no answer means the same to everybody",
        arguments: [
            (.unreachable(reason: "r"), .unreachable, .unreachable),
            (.timedOut(reason: "r"), .timedOut, .timeout(seconds: 2)),
            (.disconnected(reason: "r"), .cut, .disconnected),
            (.malformedResponse(reason: "r"), .garbled, .invalidResponse),
            (.responseTooLarge(limit: 1), .garbled, .invalidResponse),
            (.invalidRequest(reason: "r"), .broken, .invalidResponse), (.cancelled, .abandoned, .cancelled),
        ] as [(TransferError, Setback, Oops)]
    )
    private func transfers(error: TransferError, setback: Setback, failure: Oops) throws {
        let failures = try failures()
        let miss = logged { failures.failed(error, after: .seconds(2)) }
        #expect(miss == Miss(setback, failure))
        #expect(handler.entries.count == (error == .cancelled ? 0 : 1))
    }

    @Test("A status comes with its wait and code; the key is in neither the code nor the log")
    func refused() throws {
        let failures = try failures()
        let head = TransferResponse(status: 429, contentType: "text/plain", retryAfter: .seconds(3))
        var complaint = Complaint(body: Array(#"{"error":{"message":"no secret-key\nhere","code":"slow_down"}}"#.utf8))
        let miss = logged { failures.refused(head, complaint) }
        #expect(miss == Miss(.status(429, retryAfter: .seconds(3)), .status(429, code: "slow_down")))
        let entry = try #require(handler.entries.first)
        #expect(entry.metadata["steno.x.message"] == "no [redacted] here")
        #expect(entry.metadata["steno.x.status"] == "429")
        #expect(entry.metadata["steno.x.retry_after"] == "3.0 seconds")
        complaint.code = "secret-key"
        #expect(logged { failures.refused(head, complaint) }.failure == .status(429, code: nil))
    }

    @Test("An error within an answer of 200 has its own status, or is the backend's failure")
    func refusedLater() throws {
        let failures = try failures()
        let head = TransferResponse(status: 200)
        let named = Complaint(body: Array(#"{"error":{"message":"m","code":503}}"#.utf8))
        let busy = logged { failures.refused(head, named) }
        #expect(busy == Miss(.status(503, retryAfter: nil), .status(503, code: nil)))
        let unnamed = logged { failures.refused(head, Complaint(message: "m")) }
        #expect(unnamed == Miss(.garbled, .status(200, code: nil)))
    }

    @Test("Refusals of a pool end as errors of the kind")
    func refusals() {
        #expect(Oops(.failed(.disconnected), patience: .seconds(4)) == .disconnected)
        #expect(Oops(.hopeless, patience: .seconds(4)) == .noBackend)
        #expect(Oops(.expired, patience: .seconds(4)) == .timeout(seconds: 4))
        #expect(Oops(.cancelled, patience: .seconds(4)) == .cancelled)
    }

    @Test(
        "Addresses are used as people write them",
        arguments: [
            ("http://h:1/v1", "http://h:1/v1/x", "h:1"), (" http://h/v1/ ", "http://h/v1/x", "h"),
            ("https://u:p@h/a/x?q=1", "https://u:p@h/a/x?q=1", "h"), ("http://h/y", "http://h/y", "h"),
        ]
    )
    func addresses(base: String, endpoint: String, authority: String) throws {
        let access = try BackendAccess(baseURL: base, apiKey: " k ", service: "/x", others: ["/y"])
        #expect((access.endpoint.text, access.authority, access.key) == (endpoint, authority, "k"))
    }

    @Test("What cannot be used is refused without its password")
    func problems() {
        #expect(throws: BackendAccess.Problem.badBaseURL("h")) {
            try BackendAccess(baseURL: "ftp://u:p@h", apiKey: nil, service: "/x")
        }
        #expect(throws: BackendAccess.Problem.badAPIKey) {
            try BackendAccess(baseURL: "http://h", apiKey: "a\u{1}", service: "/x")
        }
    }
}
