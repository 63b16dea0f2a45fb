import Dialects
import Hummingbird
import JSON
import Limits
import NIOCore
import Sessions

extension Request {
    /// Reads the body as a JSON object.
    ///
    /// - Parameter maximum: Bytes that the body may have.
    /// - Throws: `APIError`.
    func jsonBody(maximum: Int, on channel: any Channel) async throws -> JSONFields {
        let bytes = try await body(maximum: maximum, on: channel)
        do throws(ClientError) { return try JSONFields(body: bytes) } catch { throw APIError(error) }
    }

    /// Reads the body as it is.
    ///
    /// - Parameter share: What holds the body of the memory that is there for all.
    func body(maximum: Int, on channel: any Channel, holding share: MemoryBudget.Share? = nil) async throws -> [UInt8] {
        try await askForBody(on: channel)
        var bytes: [UInt8] = []
        for try await buffer in body {
            guard bytes.count + buffer.readableBytes <= maximum else {
                throw APIError(.contentTooLarge, "The body is over \(maximum) bytes.", code: "body_too_large").closing
            }
            guard share?.grow(by: buffer.readableBytes) != false else {
                let message = "There is no memory for the request. Try again shortly."
                throw APIError(.serviceUnavailable, message, code: "server_overloaded").closing
            }
            bytes.append(contentsOf: buffer.readableBytesView)
        }

        return bytes
    }
}

extension JSONFields {
    /// Reads a request's body.
    init(body: [UInt8]) throws(ClientError) {
        let value: JSONValue
        do { value = try JSONValue(parsing: body.span) } catch {
            throw ClientError(.invalidJSON, "The body cannot be read: \(error). Send a JSON object.")
        }
        guard case .object(let values) = value else {
            throw ClientError(.invalidValue, "The body must be a JSON object.")
        }
        self.init(values: values)
    }
}
