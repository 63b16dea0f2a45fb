import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer in JSON; with 503 it says when to ask again.
    static func json(
        _ status: HTTPResponse.Status,
        _ body: some Sequence<UInt8>,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        if status == .serviceUnavailable { headers[.retryAfter] = "1" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
