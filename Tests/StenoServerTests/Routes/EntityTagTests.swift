import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import StenoServer

struct EntityTagTests {
    private func tag(_ ifMatch: String?, count: Int = 1) throws -> EntityTag? {
        var head = HTTPRequest(method: .patch, scheme: "http", authority: "test", path: "/")
        head.headerFields[.ifMatch] = ifMatch
        return try EntityTag(Request(head: head, body: RequestBody(buffer: ByteBuffer())), count: count)
    }

    @Test("A tag that was given out is read again; without one, and with a star, every version will do")
    func reading() throws {
        #expect(try tag(EntityTag(7).text) == EntityTag(7))
        #expect(try tag(EntityTag(7, 12).text, count: 2) == EntityTag(7, 12))
        #expect(try tag(nil) == nil)
        #expect(try tag("*") == nil)
    }

    @Test(
        "A tag that nobody gave out matches no version",
        arguments: ["W/\"7\"", "7", "\"\"", "\"7.12\"", "\"x\"", "\""]
    )
    func unknown(_ text: String) throws {
        #expect(try tag(text) == EntityTag(-1))
    }

    @Test("A list of tags is a mistake that is named")
    func list() {
        #expect(throws: APIError.self) { try tag("\"1\", \"2\"") }
    }
}
