import Sessions
import Testing

@Suite("Identifier")
struct IdentifierTests {
    @Test("Is the prefix and 20 letters or digits, and never the same")
    func form() {
        let names = (0..<1_000).map { _ in Identifier.random("item") }
        #expect(Set(names).count == names.count)
        for name in names { #expect(name.wholeMatch(of: /item_[0-9a-zA-Z]{20}/) != nil, "\(name)") }
    }
}
