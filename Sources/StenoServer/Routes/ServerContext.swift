import Hummingbird
import NIOCore
import WebSocketTransport

/// What a request knows: Hummingbird's core, and the connection it came on.
struct ServerContext: UpgradeRequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
