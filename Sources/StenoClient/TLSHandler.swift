import NIOCore
import NIOSSL

/// Tells why TLS failed in words of its own; what stands behind it in the pipeline only sees the connection end.
final class TLSHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    struct Failure: Error {
        var reason: String
    }

    /// Adds TLS to a new channel, and this behind it.
    ///
    /// - Parameter host: A name or an address, which the certificate must be for.
    static func add(to channel: any Channel, context: NIOSSLContext, host: String) throws {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        // The name is also sent to the server, where an address has no place (RFC 6066 section 3).
        let handler = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(handler)
        try pipeline.addHandler(TLSHandler())
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let reason = Self.reason(of: error) else { return context.fireErrorCaught(error) }
        context.fireErrorCaught(Failure(reason: reason))
    }

    private static func reason(of error: any Error) -> String? {
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return "its certificate is for another host"
        }
        switch error as? NIOSSLError {
        case .handshakeFailed(let cause) where "\(cause)".contains("CERTIFICATE_VERIFY_FAILED"):
            return "its certificate is not signed by an authority that this machine knows"
        case .handshakeFailed: return "the TLS handshake failed"
        case .unableToValidateCertificate: return "its certificate cannot be validated"
        default: return nil
        }
    }
}
