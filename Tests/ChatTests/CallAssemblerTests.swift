import Testing

@testable import Chat

@Suite("Calls that come in parts", .timeLimit(.minutes(1)))
struct CallAssemblerTests {
    typealias Fragment = CallAssembler.Fragment

    private static func calls(_ fragments: [Fragment]) -> [ChatCall] {
        var assembler = CallAssembler()
        let early = fragments.compactMap { assembler.take($0) }
        return early + assembler.finish().calls
    }

    @Test("Puts token-wise parts together by their index")
    func tokens() {
        let calls = Self.calls([
            Fragment(index: 0, id: "a", name: "f", arguments: ""), Fragment(index: 0, arguments: #"{"x""#),
            Fragment(index: 0, arguments: #":{"y":1}"#), Fragment(index: 1, id: "b", name: "g"),
            Fragment(index: 0, arguments: "}"), Fragment(index: 1, arguments: #"{"z":2}"#),
        ])
        #expect(
            calls == [
                ChatCall(id: "a", name: "f", arguments: #"{"x":{"y":1}}"#),
                ChatCall(id: "b", name: "g", arguments: #"{"z":2}"#),
            ]
        )
    }

    @Test("Gives a call as soon as it is whole, an empty one at the end")
    func early() {
        var assembler = CallAssembler()
        #expect(assembler.take(Fragment(index: 0, id: "a", name: "f", arguments: "{}")) == nil)
        #expect(assembler.take(Fragment(index: 1, id: "b", name: "g", arguments: #"{"x":"}"}"#))?.id == "b")
        let (calls, broken) = assembler.finish()
        #expect(calls == [ChatCall(id: "a", name: "f", arguments: "{}")])
        #expect(broken == 0)
    }

    @Test("Reads long arguments a few times, not with each of their parts", arguments: [nil, "f"] as [String?])
    func long(name: String?) {
        let count = 100_000
        var assembler = CallAssembler()
        var early = [assembler.take(Fragment(index: 0, id: "a", name: "f", arguments: #"{"x":""#))]
        for _ in 0..<count { early.append(assembler.take(Fragment(index: 0, id: "a", name: name, arguments: "}"))) }
        early.append(assembler.take(Fragment(index: 0, arguments: #""}"#)))
        let calls = early.compactMap(\.self) + assembler.finish().calls
        #expect(calls.map(\.arguments.utf8.count) == [count + 8])
    }

    @Test("Arguments that are missing are an empty object", arguments: [nil, "", " ", "null", "{}"] as [String?])
    func noArguments(arguments: String?) {
        let calls = Self.calls([Fragment(index: 0, id: "a", name: "f", arguments: arguments)])
        #expect(calls == [ChatCall(id: "a", name: "f", arguments: "{}")])
    }

    @Test(
        "Gives each call an id of its own, of at most 32 characters",
        arguments: [nil, "", String(repeating: "x", count: 33)]
    )
    func ids(id: String?) {
        let calls = Self.calls((0..<5).map { Fragment(index: $0, id: id, name: "f", arguments: #"{"x":1}"#) })
        #expect(Set(calls.map(\.id)).count == 5)
        #expect(calls.allSatisfy { (1...32).contains($0.id.count) && $0.id != id })
    }

    @Test("An id that is used twice is replaced the second time")
    func sameID() {
        let calls = Self.calls((0..<2).map { Fragment(index: $0, id: "a", name: "f") })
        #expect(calls.map(\.id).first == "a")
        #expect(Set(calls.map(\.id)).count == 2)
    }

    @Test("Tells whole calls apart that have one index, or none", arguments: [0, nil], [true, false])
    func oneIndex(index: Int?, hasIDs: Bool) {
        let calls = Self.calls(
            ["f", "g", "h"].map { (name: String) in
                Fragment(index: index, id: hasIDs ? "id-" + name : nil, name: name, arguments: #"{"x":1}"#)
            }
        )
        #expect(calls.map(\.name) == ["f", "g", "h"])
        #expect(calls.allSatisfy { $0.arguments == #"{"x":1}"# })
    }

    @Test("Parts of one index are one call, also where each repeats the name or has another id")
    func repeated() {
        let calls = Self.calls([
            Fragment(index: 0, id: "a", name: "f", arguments: "{"),
            Fragment(index: 0, id: "b", name: "f", arguments: #""x":1"#),
            Fragment(index: 0, id: "c", name: "", arguments: "}"),
            Fragment(index: 0, id: "a", name: "f", arguments: ""),
        ])
        #expect(calls == [ChatCall(id: "a", name: "f", arguments: #"{"x":1}"#)])
    }

    @Test("Counts what is of no use", arguments: [("f", "{\"x\":"), ("f", "[]"), ("f", "plain"), ("", "{}")])
    func broken(name: String, arguments: String) {
        var assembler = CallAssembler()
        #expect(assembler.take(Fragment(index: 0, id: "a", name: name, arguments: arguments)) == nil)
        let (calls, broken) = assembler.finish()
        #expect(calls == [])
        #expect(broken == 1)
    }

    @Test("Takes so many calls and no more")
    func bound() {
        let fragments = (0..<200).map { (number: Int) in Fragment(index: number, id: "id-\(number)", name: "f") }
        #expect(Self.calls(fragments).count == CallAssembler.maximumCalls)
    }
}
