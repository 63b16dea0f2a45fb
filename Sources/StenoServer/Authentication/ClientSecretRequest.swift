import Foundation
import Sessions

/// What is asked of a route that makes client secrets.
struct ClientSecretRequest: Equatable {
    /// The session object, as JSON.
    var session: [UInt8]
    /// Seconds in `ClientSecrets.lifetimes`.
    var lifetime: Int

    /// Reads a request's body; an empty one counts as `{}`.
    ///
    /// - Parameter isBeta: Whether the body is the session object itself, with the expiry under `client_secret`, as
    ///   before the general release; else both are fields of it.
    init(body: [UInt8], isBeta: Bool) throws(ClientError) {
        var object = JSONObject(try Self.fields(body.isEmpty ? Array("{}".utf8) : body))
        if isBeta {
            let secret = try object.object("client_secret")
            object.values["client_secret"] = nil
            // Releases of OpenAI's SDK have either name.
            let name = secret?["expires_after"] == nil ? "expires_at" : "expires_after"
            lifetime = try Self.lifetime(secret?.object(name))
            session = Self.json(object.values)
        } else {
            lifetime = try Self.lifetime(object.object("expires_after"))
            session = Self.json(try object.object("session")?.values ?? [:])
        }
    }

    private static func fields(_ body: [UInt8]) throws(ClientError) -> [String: Any] {
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: Data(body))
        } catch {
            throw ClientError(.invalidJSON, "The body is not JSON. Send a JSON object, or nothing.")
        }
        guard let fields = value as? [String: Any] else {
            throw ClientError(.invalidValue, "The body must be a JSON object.")
        }
        return fields
    }

    private static func lifetime(_ expiry: JSONObject?) throws(ClientError) -> Int {
        guard let expiry else { return ClientSecrets.defaultLifetime }
        if let anchor = expiry["anchor"], anchor as? String != "created_at" {
            throw expiry.wrong("anchor", "'created_at'")
        }
        guard let seconds = expiry["seconds"] else { return ClientSecrets.defaultLifetime }
        guard let seconds = seconds as? Int, ClientSecrets.lifetimes.contains(seconds) else {
            let range = ClientSecrets.lifetimes
            throw expiry.wrong("seconds", "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return seconds
    }

    private static func json(_ fields: [String: Any]) -> [UInt8] {
        // What was read as JSON can be written as JSON.
        (try? JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys])).map(Array.init) ?? []
    }
}

/// The fields of an object, and where it stands in the body.
private struct JSONObject {
    var values: [String: Any]
    /// With a dot at the end; empty for the body itself.
    let path: String

    init(_ values: [String: Any], path: String = "") {
        self.values = values
        self.path = path
    }

    /// A field, unless it is absent or null.
    subscript(name: String) -> Any? {
        values[name].flatMap { $0 is NSNull ? nil : $0 }
    }

    func object(_ name: String) throws(ClientError) -> JSONObject? {
        guard let value = self[name] else { return nil }
        guard let fields = value as? [String: Any] else { throw wrong(name, "an object") }
        return JSONObject(fields, path: path + name + ".")
    }

    func wrong(_ name: String, _ expected: String) -> ClientError {
        ClientError(.invalidValue, "'\(path)\(name)' must be \(expected).", param: path + name)
    }
}
