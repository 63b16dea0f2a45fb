import Foundation
import NIOCore

/// Why the server could not start.
public enum ServerError: Error, Equatable, CustomStringConvertible {
    /// Which port it is about.
    public enum Port: Equatable, Sendable {
        case main
        case admin

        /// The settings of its address.
        var names: (host: String, port: String) {
            switch self {
            case .main: ("HOST", "PORT")
            case .admin: ("ADMIN_HOST", "ADMIN_PORT")
            }
        }
    }

    case portInUse(Int, setting: Port)
    case cannotListen(host: String, port: Int, reason: String, setting: Port)

    static let noAddress = "the name has no address"

    init(_ error: IOError, host: String, port: Int, setting: Port) {
        guard error.errnoCode != EADDRINUSE else {
            self = .portInUse(port, setting: setting)
            return
        }
        let reason = String(cString: strerror(error.errnoCode))
        self = .cannotListen(host: host, port: port, reason: reason, setting: setting)
    }

    public var description: String {
        switch self {
        case .portInUse(let port, let setting):
            "Port \(port) is in use. Stop the program that has it, or set \(setting.names.port) to another."
        case .cannotListen(let host, let port, let reason, let setting):
            "Cannot listen on \(host), port \(port): \(reason). "
                + "Set \(setting.names.host) and \(setting.names.port) to an address of this machine."
        }
    }
}

/// Where a server listens, as people type it.
struct ServerAddress: Equatable {
    var scheme: String
    var host: String
    var port: Int

    var url: String { host.contains(":") ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)" }
}
