internal import BackendHTTP
internal import Backends
internal import HTTPTransfer
internal import Synchronization

/// A server's answer to a client's own request, in its bytes.
///
/// What is not asked for slows the server down. Letting go of the answer ends it.
public final class ForwardedAnswer: Sendable {
    public let contentType: String?
    private let opening: OpenForward
    private let model: ChatCompletionsModel
    private let place: StreamPlace?
    /// What has come of the body and was not taken yet.
    private let first: Mutex<[UInt8]?>

    init(_ opening: OpenForward, of model: ChatCompletionsModel, place: StreamPlace?) {
        contentType = opening.response.contentType
        first = Mutex(opening.first)
        self.opening = opening
        self.model = model
        self.place = place
    }

    /// Waits for more of it; `nil` once it is complete.
    public func next() async throws(ChatError) -> [UInt8]? {
        if let first = first.withLock({ $0.take() }) { return first }
        do {
            let piece = try await opening.response.next()
            if piece == nil { place?.end() }
            return piece
        } catch {
            let miss = model.failures.failed(error, after: model.configuration.idleTimeout)
            place?.end(miss.setback)
            throw miss.failure
        }
    }
}
