public import HTTPTransfer

extension ChatCompletionsModel {
    /// Passes a client's own request on, and gives the answer while it comes; its status is 2xx.
    ///
    /// The server's address and key are the configured ones, and so is the model where one is configured.
    public func forward(_ request: ForwardedRequest) async throws(ChatError) -> StreamedResponse {
        // An answer in one piece has no first token to wait for: all of it has to be written before it comes.
        let patience = request.isStreamed ? configuration.firstTokenTimeout : Self.maximumDuration
        let limits = StreamLimits(firstByte: patience, idle: configuration.idleTimeout)
        let body = request.bytes(model: configuration.model, extra: extra)
        let response: StreamedResponse
        do throws(TransferError) {
            response = try await transport.stream(transfer(body), limits: limits)
        } catch {
            throw failed(error, after: patience)
        }
        guard (200..<300).contains(response.status) else {
            throw refused(response, ServerComplaint(body: await response.rest(limit: Self.maximumComplaint)))
        }
        return response
    }

    /// What became of an answer whose rest did not come, for the caller and for the log.
    public func failure(_ error: TransferError) -> ChatError { failed(error, after: configuration.idleTimeout) }
}
