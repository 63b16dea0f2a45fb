import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

extension Request {
    /// Asks for the body, if the client waits for that (RFC 9110 section 10.1.1).
    func askForBody(on channel: any Channel) async throws {
        guard let expectation = headers[.expect], expectation.lowercased() == "100-continue" else { return }
        try await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
    }
}
