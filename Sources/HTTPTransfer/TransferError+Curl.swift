internal import CCurl

extension TransferError {
    /// - Parameter isConnected: Whether any of the request has been sent.
    init(_ code: CURLcode, isConnected: Bool, reason: String) {
        switch code {
        case CURLE_OPERATION_TIMEDOUT where isConnected:
            self = .timedOut(reason: reason)
        case CURLE_OPERATION_TIMEDOUT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT,
            CURLE_PROXY, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            self = .unreachable(reason: reason)
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
            self = .disconnected(reason: reason)

        // libcurl calls an answer without a status line HTTP/0.9, an unsupported protocol.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            self = .malformedResponse(reason: reason)
        case CURLE_URL_MALFORMAT:
            self = .invalidRequest(reason: reason)
        default:
            self = .unavailable(reason: reason)
        }
    }
}
