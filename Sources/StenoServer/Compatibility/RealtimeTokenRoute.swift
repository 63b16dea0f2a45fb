import Dialects
import Hummingbird
import JSON
import NIOCore
import Sessions

/// `POST /v2/realtime/token`: a token that opens AssemblyAI's old WebSocket, made with a key for somebody who has none.
///
/// It is a client secret without settings of its own.
struct RealtimeTokenRoute: Sendable {
    let secrets: ClientSecrets

    private static let maximumBody = 1 << 12

    func add(to router: Router<ServerContext>) {
        router.post(RouterPath(AssemblyAI.tokenPath)) { request, context in try await make(request, context: context) }
    }

    private func make(_ request: Request, context: ServerContext) async throws -> Response {
        let body = try await request.jsonBody(maximum: Self.maximumBody, on: context.channel)
        do throws(ClientError) {
            guard let lifetime = try body.integer("expires_in", in: AssemblyAI.tokenLifetimes) else {
                throw body.missing("expires_in")
            }
            let secret = secrets.make(for: Client(name: context.client.name), lifetime: lifetime)
            let answer: JSONValue = ["token": .string(secret.value)]
            return .json(.ok, answer.text, headers: [.cacheControl: "no-store"])
        } catch {
            throw APIError(error)
        }
    }
}
