import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import StenoServer

@Suite("The query of a request")
struct RequestQueryTests {
    @Test(
        "Is read as clients write forms",
        arguments: [
            ("/x", [:]), ("/x?", [:]), ("/x?a=1&b=%2B+c&a=2", ["a": "1", "b": "+ c", "a": "2"]), ("/x?a", ["a": ""]),
            ("/x?a=b=c&&", ["a": "b=c"]), ("/x?a=%", ["a": "%"]), ("/x?%61=%C3%BC", ["a": "ü"]),
        ] as [(String, KeyValuePairs<String, String>)]
    )
    func fields(_ path: String, _ fields: KeyValuePairs<String, String>) {
        let head = HTTPRequest(method: .get, scheme: "http", authority: "test", path: path)
        let query = Request(head: head, body: RequestBody(buffer: ByteBuffer())).query
        #expect(query.map { [$0.name, $0.value] } == fields.map { [$0.key, $0.value] })
    }
}
