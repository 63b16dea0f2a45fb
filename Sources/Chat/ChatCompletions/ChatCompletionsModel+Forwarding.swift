internal import BackendHTTP
internal import Backends
internal import HTTPTransfer

/// An answer to a client's own request, of which the first token has come.
struct OpenForward: Sendable {
    let response: StreamedResponse
    /// The bytes up to there; `nil` where there is no body.
    let first: [UInt8]?
}

extension ChatCompletionsModel {
    /// Passes a client's own request on, and waits for the first token of the answer; its status is 2xx.
    ///
    /// An answer that is no stream of events is waited for until its first bytes.
    ///
    /// The server's address and key are the configured ones, and so is the model where one is configured.
    ///
    /// - Parameter limit: How long the first bytes may take to come.
    func open(_ request: ForwardedRequest, within limit: Duration) async throws(Miss<ChatError>) -> OpenForward {
        let limits = StreamLimits(firstByte: max(limit, .milliseconds(1)), idle: configuration.idleTimeout)
        let body = request.bytes(model: configuration.model, extra: extra)
        let response: StreamedResponse
        let first: [UInt8]?
        do throws(TransferError) {
            response = try await transport.stream(transfer(body), limits: limits)
            first = response.isSuccess ? try await Self.beginning(of: response) : nil
        } catch {
            throw failures.failed(error, after: limit)
        }

        guard response.isSuccess else {
            throw failures.refused(response, Complaint(body: await response.rest(limit: Self.maximumComplaint)))
        }
        return OpenForward(response: response, first: first)
    }

    private static func beginning(of response: StreamedResponse) async throws(TransferError) -> [UInt8]? {
        guard response.contentType?.hasPrefix("text/event-stream") == true else { return try await response.next() }
        var token = FirstToken()
        var bytes: [UInt8] = []
        while let piece = try await response.next() {
            bytes += piece
            if token.hasCome(in: piece) { break }
        }
        return bytes.isEmpty ? nil : bytes
    }
}
