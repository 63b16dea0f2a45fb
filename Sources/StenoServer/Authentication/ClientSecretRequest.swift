import Dialects
import JSON
import Sessions

/// What is asked of a route that makes client secrets.
struct ClientSecretRequest: Equatable {
    /// The session object's members.
    var session: [String: JSONValue]
    /// Seconds in `ClientSecrets.lifetimes`.
    var lifetime: Int

    /// Reads a request's body; an empty one counts as `{}`.
    ///
    /// - Parameter isBeta: Whether the body is the session object itself, with the expiry under `client_secret`, as
    ///   before the general release; else both are fields of it.
    init(body: [UInt8], isBeta: Bool) throws(ClientError) {
        var fields = try Self.fields(body.isEmpty ? Array("{}".utf8) : body)
        if isBeta {
            let secret = try fields.object("client_secret")
            fields.values["client_secret"] = nil
            // Releases of OpenAI's SDK have either name.
            let name = try secret?.object("expires_after") == nil ? "expires_at" : "expires_after"
            lifetime = try Self.lifetime(secret?.object(name))
            session = fields.values
        } else {
            lifetime = try Self.lifetime(fields.object("expires_after"))
            session = try fields.object("session")?.values ?? [:]
        }
    }

    private static func fields(_ body: [UInt8]) throws(ClientError) -> JSONFields {
        let value: JSONValue
        do { value = try JSONValue(parsing: body.span) } catch {
            throw ClientError(.invalidJSON, "The body cannot be read: \(error). Send a JSON object, or nothing.")
        }
        guard case .object(let values) = value else {
            throw ClientError(.invalidValue, "The body must be a JSON object.")
        }
        return JSONFields(values: values)
    }

    private static func lifetime(_ expiry: JSONFields?) throws(ClientError) -> Int {
        guard let expiry else { return ClientSecrets.defaultLifetime }
        if let anchor = expiry.values["anchor"], ![.null, "created_at"].contains(anchor) {
            throw expiry.wrong("anchor", "'created_at'")
        }
        if expiry.values["seconds"] == .null { return ClientSecrets.defaultLifetime }
        return try expiry.integer("seconds", in: ClientSecrets.lifetimes) ?? ClientSecrets.defaultLifetime
    }
}
