internal import NIOCore
internal import Synchronization

/// What all connections of a backend share.
final class BackendRecord: Sendable {
    struct State {
        var requests: [ScriptedBackend.Request] = []
        var accepted = 0
        var open = 0
        var unanswered = 0
        var peak = 0
        var held: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    func read<T: Sendable>(_ value: (State) -> T) -> T { state.withLock { value($0) } }

    func opened() {
        state.withLock { state in
            state.accepted += 1
            state.open += 1
        }
    }

    func closed() { state.withLock { $0.open -= 1 } }

    func received(_ request: ScriptedBackend.Request) {
        state.withLock { state in
            state.requests.append(request)
            state.unanswered += 1
            state.peak = max(state.peak, state.unanswered)
        }
    }

    func answered() { state.withLock { $0.unanswered -= 1 } }

    func hold(_ answer: @escaping @Sendable () -> Void) { state.withLock { $0.held.append(answer) } }

    func popHeld() -> (@Sendable () -> Void)? {
        state.withLock { $0.held.isEmpty ? nil : $0.held.removeFirst() }
    }
}

/// One connection: cuts the bytes into requests and acts on the script's answers.
final class BackendConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Request = ScriptedBackend.Request
    typealias Answer = ScriptedBackend.Answer

    private let record: BackendRecord
    private let atHead: (Request) -> Answer?
    private let script: (Request) -> Answer
    private var buffer = ByteBuffer()
    private var head: Request?
    private var turn = 0
    private var isDeaf = false

    init(
        _ record: BackendRecord,
        _ atHead: @escaping (Request) -> Answer?,
        _ script: @escaping (Request) -> Answer
    ) {
        self.record = record
        self.atHead = atHead
        self.script = script
    }

    func channelActive(context: ChannelHandlerContext) { record.opened() }

    func channelInactive(context: ChannelHandlerContext) { record.closed() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var new = unwrapInboundIn(data)
        guard !isDeaf else { return }
        buffer.writeBuffer(&new)
        while let request = nextRequest(context) {
            record.received(request)
            give(script(request), on: context.channel)
        }
    }

    private func nextRequest(_ context: ChannelHandlerContext) -> Request? {
        if head == nil, let parsed = readHead() {
            head = parsed
            if let early = atHead(parsed) {
                isDeaf = true
                record.received(parsed)
                give(early, on: context.channel)
                return nil
            }
        }
        guard var request = head, let body = buffer.readBytes(length: Int(request.headers["content-length"] ?? "") ?? 0)
        else { return nil }
        head = nil
        turn += 1
        request.body = body
        return request
    }

    private func readHead() -> Request? {
        guard let end = buffer.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let length = end.upperBound - buffer.readerIndex
        let lines = (buffer.readString(length: length) ?? "").split(separator: "\r\n")
        let start = (lines.first ?? "").split(separator: " ")
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        return Request(
            method: String(start.first ?? ""),
            target: String(start.dropFirst().first ?? ""),
            headers: Dictionary(headers) { "\($0), \($1)" },
            body: [],
            turn: turn
        )
    }

    private func give(_ answer: Answer, on channel: any Channel) {
        let send: @Sendable () -> Void = { [record] in
            record.answered()
            Self.send(answer.text[...], answer.later[...], thenClose: answer.thenClose, on: channel, record)
        }
        if answer.isHeld {
            record.hold(send)
        } else if let delay = answer.delay {
            channel.eventLoop.scheduleTask(in: TimeAmount(delay), send)
        } else {
            send()
        }
    }

    /// Sends a piece, and holds the next one back.
    private static func send(
        _ piece: Substring,
        _ later: ArraySlice<String>,
        thenClose: Bool,
        on channel: any Channel,
        _ record: BackendRecord
    ) {
        let written = channel.writeAndFlush(ByteBuffer(substring: piece))
        if let next = later.first {
            record.hold { send(next[...], later.dropFirst(), thenClose: thenClose, on: channel, record) }
        } else if thenClose {
            written.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
