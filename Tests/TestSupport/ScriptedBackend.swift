internal import NIOCore
internal import NIOPosix

/// An HTTP/1.1 server on 127.0.0.1 that does as its script says, and records what it received.
public final class ScriptedBackend: Sendable {
    /// One request, with its body as bytes.
    public struct Request: Equatable, Sendable {
        public var method: String
        public var target: String
        /// Names in lower case.
        public var headers: [String: String]
        public var body: [UInt8]
        /// How many requests its connection had carried before.
        public var turn: Int
    }

    /// What happens after a request.
    public struct Answer: Sendable {
        var text: String
        var thenClose: Bool
        var isHeld = false
        var delay: Duration?
        /// What is sent afterwards, a piece with each `release`.
        var later: [String] = []

        /// A whole answer on a connection that stays open.
        public static func respond(
            _ status: Int,
            contentType: String? = "application/json",
            headers: [String] = [],
            body: String
        ) -> Answer {
            let type = contentType.map { ["Content-Type: \($0)"] } ?? []
            let lines = ["HTTP/1.1 \(status) Scripted", "Content-Length: \(body.utf8.count)"] + type + headers
            return .send((lines + ["", body]).joined(separator: "\r\n"), thenClose: false)
        }

        /// Exactly these bytes, and then perhaps the end of the connection.
        public static func send(_ text: String, thenClose: Bool) -> Answer {
            Answer(text: text, thenClose: thenClose)
        }

        /// Nothing until `release`, then the other answer.
        public static func hold(_ next: Answer) -> Answer {
            Answer(text: next.text, thenClose: next.thenClose, isHeld: true)
        }

        /// The other answer, but not before its time.
        public static func delayed(by delay: Duration, _ next: Answer) -> Answer {
            var answer = next
            answer.delay = delay
            return answer
        }

        /// The first piece at once, and each further one at a `release`; the end of the connection comes with the last.
        public static func pieces(_ pieces: [String], thenClose: Bool = false) -> Answer {
            Answer(text: pieces.first ?? "", thenClose: thenClose, later: Array(pieces.dropFirst()))
        }

        /// The end of the connection without a byte.
        public static var close: Answer { .send("", thenClose: true) }
    }

    private let server: any Channel
    private let record: BackendRecord
    /// The port it listens at.
    public let port: Int

    private init(_ server: any Channel, port: Int, _ record: BackendRecord) {
        self.server = server
        self.port = port
        self.record = record
    }

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - atHead: Asked when a request's head has come; an answer is given without waiting for the body.
    ///   - script: Asked when a whole request has come.
    public static func start(
        atHead: @escaping @Sendable (Request) -> Answer? = { _ in nil },
        _ script: @escaping @Sendable (Request) -> Answer
    ) async throws -> ScriptedBackend {
        let record = BackendRecord()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BackendConnection(record, atHead, script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedBackend(server, port: server.localAddress?.port ?? 0, record)
    }

    /// Every whole request so far.
    public var requests: [Request] { record.read { $0.requests } }
    /// Connections accepted so far.
    public var accepted: Int { record.read { $0.accepted } }
    /// Connections that neither side has closed.
    public var open: Int { record.read { $0.open } }
    /// Requests that wait for `release`.
    public var held: Int { record.read { $0.held.count } }
    /// The most requests that were ever without an answer at once.
    public var peak: Int { record.read { $0.peak } }

    /// Lets the request that was held first have its answer, or the next piece of it.
    public func release() {
        record.popHeld()?()
    }

    /// Stops listening; open connections stay.
    public func stop() async throws {
        try await server.close().get()
    }
}
