import Chat
import Foundation
import GRDB
import Testing

@testable import Characters

struct ForgettingTests {
    /// Numbers that look random and are the same in every run.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33 | state << 31
        }
    }

    private func open(_ folder: TemporaryFolder, patience: Duration = .seconds(5)) throws -> CharacterStore {
        try CharacterStore(.file(folder.path + "/test.sqlite"), patience: patience)
    }

    @Test("No copy stays where SQLite has moved rows from page to page", arguments: [1, 2, 3, 4])
    func movedRows(seed: UInt64) async throws {
        var numbers = Numbers(state: seed)
        let folder = try TemporaryFolder()
        let store = try open(folder)
        defer { store.close() }
        var instances: [String] = []
        for index in 0..<6 {
            let wish = InstanceChange(name: "\(index)")
            instances.append(try await store.createInstance(of: "tutor", wish, owner: alice).id)
        }
        // By SQL, as an instance may not have as many.
        var live: [Int: String] = [:]
        var gone: [String] = []
        for index in 0..<1_500 {
            let token = "token\(index)x" + String(numbers.next(), radix: 36) + "."
            let text = String(numbers.next() % 26, radix: 36) + token
            let old = live.keys.sorted().randomElement(using: &numbers)
            let kind = numbers.next() % 100
            let instance = instances[Int(numbers.next() % 6)]
            guard kind >= 60, let old, let words = live.removeValue(forKey: old) else {
                live[try await store.insertFact(text, instance)] = token
                continue
            }
            gone.append(words)
            if kind < 75 {
                live[old] = token
                try await store.execute("UPDATE facts SET text = ?2, text_key = ?2 WHERE seq = ?1", [old, text])
            } else {
                try await store.execute("DELETE FROM facts WHERE seq = ?", [old])
            }
        }
        try await store.forgetDeleted()
        let bytes = String(decoding: try folder.contents, as: UTF8.self)
        let found = Set(bytes.matches(of: /token[0-9]+x[0-9a-z]+\./).map { String($0.output) })
        #expect(gone.filter(found.contains) == [])
        #expect(live.values.filter { !found.contains($0) } == [])
        let check = try await store.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(check == ["ok"])
    }

    @Test("Long texts are gone from all their pages, and a deletion leaves the rest of the file as it is")
    func longTexts() async throws {
        let folder = try TemporaryFolder()
        let store = try open(folder)
        defer { store.close() }
        let wish = InstanceChange(name: "x")
        let instance = try await store.createInstance(of: "tutor", wish, owner: alice).id
        func long(_ word: String) -> String { String(repeating: word + " ", count: 6_000) }
        try await store.append(
            [NewMessage(.user, long("marimba")), NewMessage(.assistant, "I see.")],
            to: instance,
            owner: alice
        )
        let texts = (long("xylopinned").prefix(16_000), long("xylosummary").prefix(4_000))
        _ = try await store.changeMemory(
            of: instance,
            seen: nil,
            pinned: String(texts.0),
            summary: String(texts.1),
            owner: alice
        )
        let fact = try await store.addFact("plays the xylofact every day", to: instance, owner: alice)
        _ = try await store.changeFact(fact.id, of: instance, to: "plays", owner: alice)
        _ = try await store.changeMemory(of: instance, seen: nil, pinned: "short", summary: "", owner: alice)
        try await store.deleteFact(fact.id, of: instance, owner: alice)
        #expect(try !folder.has("xylo"))
        let first = try await store.messages(of: instance, PageRequest(), owner: alice).elements[0].id
        #expect(try folder.has("marimba"))
        try await store.deleteMessages(first, of: instance, owner: alice)
        #expect(try !folder.has("marimba"))
        // Pages that are free now stay where they are: nothing else was moved.
        #expect(try await store.read { try Int.fetchOne($0, sql: "PRAGMA freelist_count") ?? 0 } >= 6)
    }

    @Test("Whoever reads for long delays what a deletion promises, but no interruption", .timeLimit(.minutes(1)))
    func reader() async throws {
        let folder = try TemporaryFolder()
        let store = try open(folder, patience: .milliseconds(30))
        defer { store.close() }
        let wish = InstanceChange(name: "x")
        let instance = try await store.createInstance(of: "tutor", wish, owner: alice).id
        var message = NewMessage(.assistant, "xylophone", itemID: "i", session: "s")
        try await store.keep([message], of: instance, owner: alice)
        let fact = try await store.addFact("xylofact", to: instance, owner: alice)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.path + "/test.sqlite", configuration: configuration)
        try await other.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN")
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM facts")
        }
        await #expect(throws: CharacterError.deletionPending) {
            try await store.deleteFact(fact.id, of: instance, owner: alice)
        }
        message.heardText = ""
        try await store.keep([message], of: instance, owner: alice)
        #expect(try folder.has("xylofact"))
        // Others may write meanwhile.
        _ = try await store.addFact("marimba", to: instance, owner: alice)
        try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        while try folder.has("xylo") { await Task.yield() }
        #expect(try folder.has("marimba"))
    }
}

extension CharacterStore {
    fileprivate func execute(_ sql: String, _ arguments: StatementArguments) async throws {
        try await write { try $0.execute(sql: sql, arguments: arguments) }
    }

    /// Returns its place.
    fileprivate func insertFact(_ text: String, _ instance: String) async throws -> Int {
        try await write { database in
            let sql = """
                INSERT INTO facts (id, instance, text, text_key, author, created, used) VALUES (?1, ?2, ?3, ?3, 'user', 0, 0)
                """
            try database.execute(sql: sql, arguments: [RowIdentifier.random("fact"), instance, text])
            return Int(database.lastInsertedRowID)
        }
    }
}
