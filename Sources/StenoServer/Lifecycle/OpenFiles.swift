import Foundation
import Logging
import NIOCore

/// The limit of open files, of which each connection takes one.
enum OpenFiles {
    /// What the server holds besides connections of clients: its own sockets, those to backends, files under way.
    private static let reserve = 128

    /// Files that this process may have open.
    static var limit: Int { Int(clamping: limits.rlim_cur) }

    private static var limits: rlimit {
        var limits = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        return limits
    }

    /// Raises the limit as far as the process may, and warns when that is not enough for the sessions that are allowed.
    static func raiseLimit(sessions: Int, logger: Logger) {
        var wanted = limits
        wanted.rlim_cur = wanted.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted)
        guard limit < sessions + reserve else { return }
        logger.warning(
            """
            The limit of open files is too low for MAX_SESSIONS. Raise it with ulimit -n, LimitNOFILE= of systemd or \
            docker run --ulimit nofile=N, or lower MAX_SESSIONS.
            """,
            metadata: ["steno.files.limit": "\(limit)", "steno.files.needed": "\(sessions + reserve)"]
        )
    }

    /// Closes connections that would leave no file for anything else.
    ///
    /// Beyond the limit, nothing could be accepted, and clients would wait in the kernel's queue for no answer.
    static func limitConnections(of channel: any Channel, registry: PrometheusRegistry, logger: Logger) async {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        let maximum = max(1, limit - open - min(reserve, limit / 4))
        let refused = PrometheusCounter()
        registry.observe("steno_connections_refused_total", .counter) { Double(refused.value) }
        do {
            try await channel.eventLoop.submit {
                let handler = ConnectionLimitHandler(maximum: maximum, logger: logger) { refused.increment(by: 1) }
                try channel.pipeline.syncOperations.addHandler(handler, position: .first)
            }.get()
        } catch {
            logger.error("Connections cannot be limited", metadata: ["error": "\(error)"])
        }
    }
}

/// Stands before all else on the listening socket, and closes the connections that are too many.
final class ConnectionLimitHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let maximum: Int
    private let logger: Logger
    private let onRefusal: @Sendable () -> Void
    private var open = 0
    /// Whether the log knows already that connections are refused.
    private var isTold = false

    init(maximum: Int, logger: Logger, onRefusal: @escaping @Sendable () -> Void) {
        self.maximum = maximum
        self.logger = logger
        self.onRefusal = onRefusal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let connection = unwrapInboundIn(data)
        guard open < maximum else {
            refuse(connection)
            return
        }
        open += 1
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        connection.closeFuture.hop(to: context.eventLoop).whenComplete { _ in bound.value.connectionClosed() }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.error("Cannot accept a connection", metadata: ["error": "\(error)"])
        context.fireErrorCaught(error)
    }

    private func refuse(_ connection: any Channel) {
        connection.close(promise: nil)
        onRefusal()
        if isTold { return }
        isTold = true
        logger.warning(
            "Closing connections at once, as the limit of open files leaves no room for more",
            metadata: ["steno.connections.open": "\(open)"]
        )
    }

    private func connectionClosed() {
        open -= 1
        // An episode ends when there is room again for some; else a full server would fill its log.
        if open * 10 < maximum * 9 { isTold = false }
    }
}
