import Glibc
import NIOCore
import NIOPosix
import Testing

/// A client that knows only bytes, so that the server's framing is judged by a second reading of RFC 6455.
final class RawClient {
    struct Frame: Equatable {
        var opcode: UInt8
        var payload: [UInt8]
        var isFinal = true

        var closeCode: Int? {
            guard opcode == 8 else { return nil }
            return payload.count < 2 ? 1005 : Int(payload[0]) << 8 | Int(payload[1])
        }

        var text: String { String(decoding: payload, as: UTF8.self) }
    }

    let channel: any Channel
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var bytes = ByteBuffer()

    private init(
        _ channel: any Channel,
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.channel = channel
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    static func with<Value>(port: Int, _ body: (RawClient) async throws -> Value) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(RawClient(channel.channel, inbound, outbound))
        }
    }

    /// Connects and upgrades.
    static func withWebSocket<Value>(port: Int, _ body: (RawClient) async throws -> Value) async throws -> Value {
        try await with(port: port) { client in
            try await client.send(upgradeRequest())
            let head = try await client.head()
            try #require(head.hasPrefix("HTTP/1.1 101 "), "\(head)")
            return try await body(client)
        }
    }

    static func upgradeRequest(
        version: String? = "13",
        key: String? = "dGhlIHNhbXBsZSBub25jZQ==",
        extra: String = ""
    ) -> String {
        var request = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
        if let version { request += "Sec-WebSocket-Version: \(version)\r\n" }
        if let key { request += "Sec-WebSocket-Key: \(key)\r\n" }
        return request + extra + "\r\n"
    }

    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }
    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// Ends our direction of the connection.
    func finish() { outbound.finish() }

    /// Ends the connection with a TCP reset.
    func reset() async throws {
        let socket = try #require(channel as? any SocketOptionProvider)
        try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }

    /// Up to `count` bytes; fewer at the end of the stream.
    func read(_ count: Int) async throws -> [UInt8] {
        while bytes.readableBytes < count {
            guard let more = try await inbound.next(isolation: #isolation) else { break }
            if bytes.readableBytes == 0 { bytes = more } else { bytes.writeImmutableBuffer(more) }
        }
        return bytes.readBytes(length: min(count, bytes.readableBytes)) ?? []
    }

    /// Whatever comes next; empty at the end of the stream.
    func available() async throws -> [UInt8] {
        let first = try await read(1)
        return try await first + read(bytes.readableBytes)
    }

    /// An HTTP head with its empty line.
    func head() async throws -> String {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let byte = try await read(1)
            if byte.isEmpty { break }
            head += byte
        }
        return String(decoding: head, as: UTF8.self)
    }

    /// The next frame; `nil` at the end of the stream.
    func frame() async throws -> Frame? {
        let start = try await read(2)
        guard start.count == 2 else { return nil }
        #expect(start[0] & 0x70 == 0 && start[1] & 0x80 == 0, "A server's frame has no reserved bits and no mask")
        var length = Int(start[1])
        switch length {
        case 126: length = try await read(2).reduce(0) { $0 << 8 | Int($1) }
        case 127: length = try await read(8).reduce(0) { $0 << 8 | Int($1) }
        default: break
        }
        let payload = try await read(length)
        try #require(payload.count == length)
        return Frame(opcode: start[0] & 0x0F, payload: payload, isFinal: start[0] & 0x80 != 0)
    }

    /// The next frame that is neither ping nor pong.
    func dataFrame() async throws -> Frame? {
        while let frame = try await frame() {
            if frame.opcode != 9 && frame.opcode != 10 { return frame }
        }
        return nil
    }
}

/// A client's frame, written byte by byte.
func clientFrame(
    _ opcode: UInt8,
    _ payload: [UInt8],
    isFinal: Bool = true,
    reserved: UInt8 = 0,
    key: [UInt8]? = [1, 2, 3, 4]
) -> [UInt8] {
    var frame = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
    let maskBit: UInt8 = key == nil ? 0 : 0x80
    switch payload.count {
    case 0..<126: frame.append(maskBit | UInt8(payload.count))
    case 126..<65536: frame += [maskBit | 126] + bigEndian(payload.count, bytes: 2)
    default: frame += [maskBit | 127] + bigEndian(payload.count, bytes: 8)
    }
    guard let key else { return frame + payload }
    return frame + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
}

func closeFrame(_ code: Int?, _ reason: String = "") -> [UInt8] {
    clientFrame(8, code.map { bigEndian($0, bytes: 2) + Array(reason.utf8) } ?? [])
}

private func bigEndian(_ value: Int, bytes: Int) -> [UInt8] {
    (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}
