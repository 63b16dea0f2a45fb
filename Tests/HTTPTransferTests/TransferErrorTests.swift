import CCurl
import Testing

@testable import HTTPTransfer

@Suite("Transfer error")
struct TransferErrorTests {
    @Test("A time limit that passes before anything was sent means that there was no connection")
    func timeouts() {
        #expect(TransferError(CURLE_OPERATION_TIMEDOUT, isConnected: false, reason: "r") == .unreachable(reason: "r"))
        #expect(TransferError(CURLE_OPERATION_TIMEDOUT, isConnected: true, reason: "r") == .timedOut(reason: "r"))
    }

    @Test("Sorts libcurl's codes by what the caller can do about them", arguments: [true, false])
    func codes(isConnected: Bool) {
        func error(_ code: CURLcode) -> TransferError { .init(code, isConnected: isConnected, reason: "r") }
        for code in [
            CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
        ] { #expect(error(code) == .unreachable(reason: "r")) }
        for code in [CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2_STREAM] {
            #expect(error(code) == .disconnected(reason: "r"))
        }
        #expect(error(CURLE_WEIRD_SERVER_REPLY) == .malformedResponse(reason: "r"))
        #expect(error(CURLE_OUT_OF_MEMORY) == .unavailable(reason: "r"))
    }

    @Test("Says in one line what happened")
    func descriptions() {
        #expect("\(TransferError.responseTooLarge(limit: 9))" == "The answer is longer than 9 bytes")
        #expect("\(TransferError.unreachable(reason: "refused"))" == "No connection: refused")
    }
}

@Suite("Duration in milliseconds")
struct DurationMillisecondsTests {
    @Test(
        "Is whole, and within what libcurl takes",
        arguments: [
            (.zero, 0), (.microseconds(1_999), 1), (.seconds(30), 30_000), (.seconds(-2), -2_000),
            (.seconds(Int64.max), 2_000_000_000),
        ] as [(Duration, Int)]
    )
    func milliseconds(duration: Duration, expected: Int) {
        #expect(duration.milliseconds == expected)
    }
}
