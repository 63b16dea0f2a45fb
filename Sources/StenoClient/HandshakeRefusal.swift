import FoundationEssentials
import NIOCore
import NIOHTTP1

/// An ordinary HTTP response where a 101 was expected.
struct HandshakeRefusal: Equatable, Sendable {
    var status: Int
    var phrase: String
    /// The sentence in a body of the form `{"error":{"message":…}}`.
    var message: String?

    /// Reads the response that the channel delivers next, and closes the channel.
    static func read(from channel: any Channel) throws -> EventLoopFuture<HandshakeRefusal> {
        let promise = channel.eventLoop.makePromise(of: HandshakeRefusal.self)
        try channel.pipeline.syncOperations.addHandler(HandshakeRefusalHandler(promise: promise))
        return promise.futureResult
    }

    init(status: Int, phrase: String, body: ByteBuffer) {
        struct Body: Decodable {
            struct Failure: Decodable { var message: String }
            var error: Failure
        }
        self.status = status
        self.phrase = printable(phrase)
        message = (try? JSONDecoder().decode(Body.self, from: Data(body.readableBytesView)))
            .map { printable($0.error.message) }
    }
}

private final class HandshakeRefusalHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private static let bodyLimit = 4_096
    private let promise: EventLoopPromise<HandshakeRefusal>
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()

    init(promise: EventLoopPromise<HandshakeRefusal>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(var part):
            body.writeBuffer(&part)
            if body.readableBytes > Self.bodyLimit { finish(context: context) }
        case .end: finish(context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context: context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(context: context)
    }

    /// The status line is enough: a body that is cut off, too long or no JSON leaves only the message out.
    private func finish(context: ChannelHandlerContext) {
        if let head {
            promise.succeed(
                HandshakeRefusal(status: Int(head.status.code), phrase: head.status.reasonPhrase, body: body)
            )
        } else {
            promise.fail(ChannelError.eof)
        }
        context.close(promise: nil)
    }
}
