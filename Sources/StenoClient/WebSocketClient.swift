import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Opens WebSocket connections for the length of a closure.
public enum WebSocketClient {
    /// Connects, runs `body`, and closes the connection whatever `body` does.
    ///
    /// `access` is for a server that asks for a key or is reached by TLS. `timeout` covers the TCP connection and the
    /// server's answer to the handshake. Throws `StenoClientError`, what `body` throws, or `CancellationError`.
    public static func withConnection<Result: Sendable>(
        to url: ServerURL,
        access: ServerAccess = ServerAccess(),
        timeout: Duration = .seconds(10),
        _ body: @Sendable (ClientConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await connect(to: url, access: access, timeout: timeout)
        return try await channel.executeThenClose { inbound in
            try Task.checkCancellation()
            return try await body(ClientConnection(channel: channel.channel, inbound: inbound))
        }
    }

    private static func connect(
        to url: ServerURL,
        access: ServerAccess,
        timeout: Duration
    ) async throws -> NIOAsyncChannel<WebSocketEvent, Never> {
        let key = try access.checkedKey
        let tls = url.usesTLS ? try access.tlsContext : nil
        let attempt = ConnectionAttempt()
        let outcome: Swift.Result<NIOAsyncChannel<WebSocketEvent, Never>, any Error>
        do {
            outcome = .success(
                try await withTaskCancellationHandler {
                    try await handshake(with: url, apiKey: key, tls: tls, timeout: timeout, attempt: attempt)
                } onCancel: {
                    attempt.cancel()
                }
            )
        } catch {
            outcome = .failure(error)
        }

        if case .failure = outcome { try Task.checkCancellation() }
        return try outcome.mapError { StenoClientError(connectingTo: url, timeout: timeout, error: $0) }.get()
    }

    private static func handshake(
        with url: ServerURL,
        apiKey: String?,
        tls: NIOSSLContext?,
        timeout: Duration,
        attempt: ConnectionAttempt
    ) async throws -> NIOAsyncChannel<WebSocketEvent, Never> {
        let handshake = ClientHandshake(url: url, apiKey: apiKey, deadline: .now() + TimeAmount(timeout))
        let outcome = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(TimeAmount(timeout))
            // What waits in the kernel counts as sent: keep it to seconds of audio, so that progress means something.
            .channelOption(.socketOption(.so_sndbuf), value: 128 << 10)
            .connect(host: url.host, port: url.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try attempt.add(channel)
                    if let tls { try TLSHandler.add(to: channel, context: tls, host: url.host) }
                    return try handshake.start(on: channel)
                }
            }
        switch try await outcome.get() {
        case .upgraded(let channel): return channel
        case .refused(let refusal):
            let refusal = try await refusal.get()
            throw StenoClientError.refused(
                url: url.description,
                status: refusal.status,
                phrase: refusal.phrase,
                message: refusal.message
            )
        }
    }
}

/// The channels of one attempt (one for each address of the host), so that cancellation can close them.
private final class ConnectionAttempt: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var isCancelled = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) throws {
        let isCancelled = state.withLock { state in
            state.channels.append(channel)
            return state.isCancelled
        }
        if isCancelled { throw CancellationError() }
    }

    func cancel() {
        let channels = state.withLock { state in
            state.isCancelled = true
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}

extension StenoClientError {
    init(connectingTo url: ServerURL, timeout: Duration, error: any Error) {
        let timedOut = "no answer within \(timeout.components.seconds) s"
        switch error {
        case let error as StenoClientError: self = error
        case let error as TLSHandler.Failure: self = .untrusted(url: url.description, reason: error.reason)
        case is HandshakeTimeout.Expired: self = .unreachable(url: url.description, reason: timedOut)
        case ChannelError.connectTimeout: self = .unreachable(url: url.description, reason: timedOut)
        case let error as NIOConnectionError:
            self = .unreachable(url: url.description, reason: Self.reason(of: error, timedOut: timedOut))
        case let error as IOError where error.errnoCode != ECONNRESET:
            self = .unreachable(url: url.description, reason: systemMessage(error.errnoCode))
        default: self = .notWebSocket(url: url.description)
        }
    }

    private static func reason(of error: NIOConnectionError, timedOut: String) -> String {
        guard let failure = error.connectionErrors.first?.error else { return "the host's name is not known" }
        if let failure = failure as? IOError { return systemMessage(failure.errnoCode) }
        return timedOut
    }
}

/// The system's words for an error number, to stand inside a sentence.
func systemMessage(_ code: CInt) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    let message = String(cString: text)
    return message.prefix(1).lowercased() + message.dropFirst()
}
