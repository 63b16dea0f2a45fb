import ArgumentParser
import Foundation
import StenoClient

/// The options by which a client shows who it is, and decides whom it trusts.
struct AccessOptions: ParsableArguments {
    @Option(help: "A key for a server that asks for one (default: STENO_API_KEY of the environment).")
    var apiKey: String?

    @Flag(help: "Connect by TLS (wss://) to whoever answers, whatever its certificate says.")
    var insecure = false

    var serverAccess: ServerAccess { ServerAccess(key: key, isInsecure: insecure) }

    /// An empty key is none, as composed environments leave it.
    private var key: ServerAccess.Key? {
        if let apiKey { return apiKey.isEmpty ? nil : ServerAccess.Key(apiKey, source: "--api-key") }
        let key = ProcessInfo.processInfo.environment["STENO_API_KEY", default: ""]
        return key.isEmpty ? nil : ServerAccess.Key(key, source: "STENO_API_KEY")
    }
}
