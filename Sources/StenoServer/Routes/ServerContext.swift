import Hummingbird
import NIOCore
import WebSocketTransport

/// What a request knows: Hummingbird's core, the connection it came on, and who sent it.
struct ServerContext: UpgradeRequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// Set by `AuthenticationMiddleware`.
    var client = Client()
    /// For what stands outside of that.
    let keyName = KeyName()

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
