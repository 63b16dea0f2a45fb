import Dialects
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Sessions

/// How the realtime protocol reads session objects, for the routes that make client secrets.
struct RealtimeSessionFormat: Sendable {
    /// What a session object's members ask for, and the object that describes a session which starts so.
    ///
    /// `isBeta` tells the flat objects from before the general release.
    var read:
        @Sendable (_ session: [String: JSONValue], _ isBeta: Bool) throws(ClientError) ->
            (update: SessionUpdate, session: JSONValue)
}

extension RealtimeSessionFormat {
    /// - Parameter settings: What the server's sessions start with.
    init(settings: SessionSettings) {
        let start = OpenAIRealtime.start(settings)
        self.init { session, isBeta throws(ClientError) in
            let shape: OpenAIRealtimeDialect.Shape = isBeta ? .beta(isTranscription: true) : .ga
            let dialect = OpenAIRealtimeDialect(shape: shape, maximumPrompt: start.maximumPrompt)
            let update = try dialect.update(session: session)
            var settings = start
            settings.apply(update)
            return (update, dialect.session(settings))
        }
    }
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
        for prefix in OpenAIRealtime.prefixes {
            let path = prefix + "/realtime"
            router.post("\(path)/client_secrets") { try await make($0, context: $1, isBeta: false) }
            for name in ["sessions", "transcription_sessions"] {
                router.post("\(path)/\(name)") { try await make($0, context: $1, isBeta: true) }
            }
        }
    }

    private func make(_ request: Request, context: ServerContext, isBeta: Bool) async throws -> Response {
        try await request.askForBody(on: context.channel)
        let body = try await Self.body(of: request)
        do throws(ClientError) {
            let wish = try ClientSecretRequest(body: body, isBeta: isBeta)
            let (update, session) = try format.read(wish.session, isBeta)
            let client = Client(name: context.client.name, sessionUpdate: update)
            let secret = secrets.make(for: client, lifetime: wish.lifetime)
            context.logger.debug("Client secret made", metadata: ["steno.secret.lifetime": "\(wish.lifetime)"])
            let answer = isBeta ? Self.flat(secret, session: session) : Self.nested(secret, session: session)
            return .json(.ok, answer, headers: [.cacheControl: "no-store"])
        } catch {
            throw APIError(error)
        }
    }

    private static func body(of request: Request) async throws -> [UInt8] {
        do {
            return Array(buffer: try await request.body.collect(upTo: maximumBody))
        } catch is NIOTooManyBytesError {
            throw APIError(.contentTooLarge, "The body is over \(maximumBody) bytes.")
        }
    }

    private static func nested(_ secret: ClientSecrets.Secret, session: JSONValue) -> [UInt8] {
        let fields: JSONValue = [
            "value": .string(secret.value), "expires_at": .integer(secret.expiresAt),
            "session": session,
        ]
        return fields.text
    }

    /// The session object with the secret as a field of it, where a session's own events have null.
    private static func flat(_ secret: ClientSecrets.Secret, session: JSONValue) -> [UInt8] {
        var fields = session.members
        fields["client_secret"] = ["value": .string(secret.value), "expires_at": .integer(secret.expiresAt)]
        return JSONValue.object(fields).text
    }
}
