// The least that a WebSocket server on SwiftNIO can cost: accept, answer the handshake, read frames, unmask, drop them.
//
//     swift run -c release --package-path Benchmarks bare       listens on a free port, and says which

import Foundation
import NIOCore
import NIOPosix

let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
let server = try await ServerBootstrap(group: group)
    .serverChannelOption(.backlog, value: 4_096)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(DroppingHandler()) }
    }
    .bind(host: "127.0.0.1", port: 0)
    .get()

FileHandle.standardError.write(Data("url=http://127.0.0.1:\(server.localAddress?.port ?? 0)\n".utf8))
try await server.closeFuture.get()
