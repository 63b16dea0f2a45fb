import Testing

@testable import HTTPTransfer

@Suite("Response body")
struct ResponseBodyTests {
    @Test("Takes bytes up to the limit and not one more", arguments: 0...6, 0...6)
    func limit(first: Int, second: Int) {
        var body = ResponseBody(limit: 4)
        let isTaken = [first, second].map { count in
            Array(repeating: UInt8(7), count: count).withUnsafeBytes { body.append($0) }
        }
        #expect(isTaken[0] == (first <= 4))
        #expect(isTaken[1] == (second <= 4 - (first <= 4 ? first : 0)))
        #expect(body.isOverfull == isTaken.contains(false))
        #expect(body.bytes.count == (first <= 4 ? first : 0) + (isTaken[1] ? second : 0))
    }
}
