internal import BackendHTTP
internal import Backends
internal import HTTPTransfer

/// An answer to a client's own request, of which the first bytes have come.
struct OpenForward: Sendable {
    let response: StreamedResponse
    /// `nil` where there is no body.
    let first: [UInt8]?
}

extension ChatCompletionsModel {
    /// Passes a client's own request on, and waits for the first bytes of the answer; its status is 2xx.
    ///
    /// The server's address and key are the configured ones, and so is the model where one is configured.
    ///
    /// - Parameter limit: How long they may take to come.
    func open(_ request: ForwardedRequest, within limit: Duration) async throws(Miss<ChatError>) -> OpenForward {
        let limits = StreamLimits(firstByte: max(limit, .milliseconds(1)), idle: configuration.idleTimeout)
        let body = request.bytes(model: configuration.model, extra: extra)
        let response: StreamedResponse
        let first: [UInt8]?
        do throws(TransferError) {
            response = try await transport.stream(transfer(body), limits: limits)
            first = response.isSuccess ? try await response.next() : nil
        } catch {
            throw failures.failed(error, after: limit)
        }
        guard response.isSuccess else {
            throw failures.refused(response, Complaint(body: await response.rest(limit: Self.maximumComplaint)))
        }
        return OpenForward(response: response, first: first)
    }
}
