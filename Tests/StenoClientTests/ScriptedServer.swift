import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import StenoClient
import Testing

/// One connection, seen from the server, frame by frame.
struct Peer {
    typealias Frames = NIOAsyncChannelInboundStream<WebSocketFrame>

    enum Message: Equatable {
        case json([String: String])
        case close(code: UInt16?)
    }

    /// Path and query of the request.
    let target: String
    let channel: any Channel
    var frames: Frames.AsyncIterator
    var unmaskedFrames = 0

    /// The next message; nil when the connection has ended.
    ///
    /// Pongs count as `{"type":"pong"}`.
    mutating func receive() async throws -> Message? {
        guard let frame = try await frames.next(isolation: #isolation) else { return nil }
        if frame.maskKey == nil { unmaskedFrames += 1 }
        var data = frame.unmaskedData
        switch frame.opcode {
        case .connectionClose: return .close(code: data.readInteger())
        case .pong: return .json(["type": "pong", "payload": String(buffer: data)])
        default: return .json(try Self.flat(data))
        }
    }

    /// Everything up to the client's Close frame.
    mutating func receiveAll() async throws -> [Message] {
        var messages: [Message] = []
        while let message = try await receive() {
            messages.append(message)
            if case .close = message { break }
        }
        return messages
    }

    func send(_ text: String) async throws {
        try await send(.text, ByteBuffer(string: text))
    }

    func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer, fin: Bool = true) async throws {
        try await channel.writeAndFlush(WebSocketFrame(fin: fin, opcode: opcode, data: data)).get()
    }

    func close(_ code: UInt16, _ reason: String = "") async throws {
        var data = ByteBuffer(integer: code)
        data.writeString(reason)
        try await send(.connectionClose, data)
    }

    /// A transcript event.
    func transcript(_ text: String, id: String = "item_1", from start: Int = 0, to end: Int = 1_000) async throws {
        try await send(
            #"{"type":"response.audio_transcript.done","event_id":"e","item_id":"\#(id)","transcript":"\#(text)","#
                + #""sample_rate":16000,"start_ms":\#(start),"end_ms":\#(end)}"#
        )
    }

    /// The fields of an object, those of objects inside it as `outer.inner`.
    private static func flat(_ data: ByteBuffer) throws -> [String: String] {
        struct Object: Decodable {
            struct Session: Decodable { var language: String? }
            var type: String
            var audio: String?
            var sample_rate: Int?
            var session: Session?
        }
        let object = try JSONDecoder().decode(Object.self, from: Data(data.readableBytesView))
        var fields = ["type": object.type]
        fields["audio"] = object.audio
        fields["sample_rate"] = object.sample_rate.map(String.init)
        fields["session.language"] = object.session?.language
        return fields
    }
}

/// A WebSocket server on a free port that plays a script to each connection.
enum ScriptedServer {
    typealias Script = @Sendable (inout Peer) async throws -> Void
    private typealias Connection = (String, NIOAsyncChannel<WebSocketFrame, WebSocketFrame>)

    static func run<Result: Sendable>(
        _ script: @escaping Script,
        _ body: @Sendable @escaping (_ url: String) async throws -> Result
    ) async throws -> Result {
        let server = try await bootstrap.bind(host: "127.0.0.1", port: 0) { channel in
            channel.eventLoop.makeCompletedFuture { try upgradable(channel) }
        }
        let port = try #require(server.channel.localAddress?.port)
        return try await server.executeThenClose { connections in
            try await withThrowingTaskGroup { group in
                group.addTask { try await serve(connections, script) }
                let result: Swift.Result<Result, any Error>
                do { result = .success(try await body("ws://127.0.0.1:\(port)/ws")) } catch { result = .failure(error) }
                // Ends the acceptance of connections but not the scripts: those see their clients go.
                try await server.channel.close().get()
                try await group.waitForAll()
                return try result.get()
            }
        }
    }

    private static var bootstrap: ServerBootstrap {
        ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_rcvbuf), value: 16 << 10)
            .childChannelOption(.socketOption(.so_sndbuf), value: 64 << 10)
    }

    private static func serve(
        _ connections: NIOAsyncChannelInboundStream<EventLoopFuture<Connection?>>,
        _ script: @escaping Script
    ) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in connections {
                group.addTask {
                    guard let (target, channel) = try await connection.get() else { return }
                    // A script ends early when the test cuts the connection; the client's view is what is tested.
                    try? await channel.executeThenClose { inbound, _ in
                        var peer = Peer(target: target, channel: channel.channel, frames: inbound.makeAsyncIterator())
                        try await script(&peer)
                    }
                }
            }
        }
    }

    private static func upgradable(_ channel: any Channel) throws -> EventLoopFuture<Connection?> {
        let upgrader = NIOTypedWebSocketServerUpgrader<Connection?>(
            maxFrameSize: 1 << 20,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    (head.uri, try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                }
            }
        )
        let configuration = NIOTypedHTTPServerUpgradeConfiguration<Connection?>(
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { $0.eventLoop.makeSucceededFuture(nil) }
        )
        return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: configuration)
        )
    }
}
