import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Sessions

/// How the realtime protocol writes session objects, for the routes that make client secrets.
///
/// `isBeta` tells the flat objects from before the general release.
struct RealtimeSessionFormat: Sendable {
    /// What a session object, in JSON, asks for.
    var parse: @Sendable (_ session: [UInt8], _ isBeta: Bool) throws(ClientError) -> SessionUpdate
    /// The effective session object, in JSON, of a session that starts with the update.
    var render: @Sendable (_ update: SessionUpdate, _ isBeta: Bool) throws -> [UInt8]
}

/// Makes client secrets: `POST …/realtime/client_secrets`, and as before the general release `…/realtime/sessions` and
/// `…/realtime/transcription_sessions`.
struct ClientSecretRoutes: Sendable {
    let secrets: ClientSecrets
    let format: RealtimeSessionFormat

    /// The largest body, in bytes.
    ///
    /// A secret keeps what its session object says, and there may be many.
    private static let maximumBody = 1 << 16

    func add(to router: Router<ServerContext>) {
        for prefix in RealtimePath.prefixes {
            let path = (prefix + ["realtime"]).joined(separator: "/")
            router.post("\(path)/client_secrets") { try await make($0, $1, isBeta: false) }
            for name in ["sessions", "transcription_sessions"] {
                router.post("\(path)/\(name)") { try await make($0, $1, isBeta: true) }
            }
        }
    }

    private func make(_ request: Request, _ context: ServerContext, isBeta: Bool) async throws -> Response {
        try await request.askForBody(on: context.channel)
        let body = try await Self.body(of: request)
        do {
            let wish = try ClientSecretRequest(body: body, isBeta: isBeta)
            let update = try format.parse(wish.session, isBeta)
            let client = Client(name: context.client.name, sessionUpdate: update)
            let session = try format.render(update, isBeta)
            let secret = try secrets.make(for: client, lifetime: wish.lifetime)
            context.logger.debug("Client secret made", metadata: ["steno.secret.lifetime": "\(wish.lifetime)"])
            let answer = isBeta ? Self.flat(secret, session) : Self.nested(secret, session)
            return .json(.ok, answer, headers: [.cacheControl: "no-store"])
        } catch let error as ClientError {
            throw APIError(error)
        } catch is ClientSecrets.Full {
            let message = "All client secrets are in use. Try again when some have expired, or give them less time."
            throw APIError(.serviceUnavailable, message, code: "client_secrets_exhausted")
        }
    }

    private static func body(of request: Request) async throws -> [UInt8] {
        do {
            return Array(buffer: try await request.body.collect(upTo: maximumBody))
        } catch is NIOTooManyBytesError {
            throw APIError(.contentTooLarge, "The body is over \(maximumBody) bytes.")
        }
    }

    private static func nested(_ secret: ClientSecrets.Secret, _ session: [UInt8]) -> [UInt8] {
        let fields: JSONValue = [
            "value": .string(secret.value), "expires_at": .integer(secret.expiresAt),
            "session": JSONValue(parsing: session.span) ?? nil,
        ]
        return fields.text
    }

    /// The session object with the secret as a field of it, where a session's own events have null.
    private static func flat(_ secret: ClientSecrets.Secret, _ session: [UInt8]) -> [UInt8] {
        var fields = JSONValue(parsing: session.span)?.members ?? [:]
        fields["client_secret"] = ["value": .string(secret.value), "expires_at": .integer(secret.expiresAt)]
        return JSONValue.object(fields).text
    }
}
