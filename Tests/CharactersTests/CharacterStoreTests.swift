import Chat
import FoundationEssentials
import GRDB
import JSON
import Synchronization
import Testing

@testable import Characters

struct CharacterStoreTests {
    @Test("Nobody sees, changes or deletes what belongs to somebody else")
    func owners() async throws {
        let (store, instance) = try await talk()
        try await store.append([NewMessage(.user, "hello")], to: instance.id, owner: alice)
        let (character, id) = (instance.character, instance.id)
        await #expect(throws: CharacterError.notFound(.character)) { try await store.character(character, owner: bob) }
        await #expect(throws: CharacterError.notFound(.character)) {
            try await store.createInstance(of: character, InstanceChange(name: "x"), owner: bob)
        }
        await #expect(throws: CharacterError.notFound(.character)) {
            try await store.deleteCharacter(character, force: true, owner: bob)
        }
        await #expect(throws: CharacterError.notFound(.instance)) { try await store.instance(id, owner: bob) }
        await #expect(throws: CharacterError.notFound(.instance)) {
            try await store.messages(of: id, PageRequest(), owner: bob)
        }
        await #expect(throws: CharacterError.notFound(.instance)) {
            try await store.append([NewMessage(.user, "x")], to: id, owner: bob)
        }
        await #expect(throws: CharacterError.notFound(.instance)) { try await store.deleteInstance(id, owner: bob) }
        #expect(try await store.characters(PageRequest(), owner: bob).elements.allSatisfy(\.isReadOnly))
        // A name is taken only among one's own.
        _ = try await store.createInstance(of: "tutor", InstanceChange(name: "first"), owner: bob)
    }

    @Test("Of two editors the second is told that it has seen an old version")
    func editors() async throws {
        let (store, instance) = try await talk()
        var change = InstanceChange()
        change.pinned = "one"
        let version = instance.version
        let new = try await store.changeInstance(instance.id, version: version, change, owner: alice)
        change.pinned = "two"
        let other = change
        await #expect(throws: CharacterError.changed) {
            try await store.changeInstance(instance.id, version: version, other, owner: alice)
        }
        #expect(try await store.instance(instance.id, owner: alice).pinned == "one")
        _ = try await store.changeInstance(instance.id, version: new.version, other, owner: alice)
        #expect(try await store.instance(instance.id, owner: alice).pinned == "two")
    }

    @Test("A thousand instances are listed in pages, each once, and found by name in any case")
    func thousand() async throws {
        let (store, first) = try await talk()
        for index in 1..<1_000 {
            let wish = InstanceChange(name: "Name \(index)")
            _ = try await store.createInstance(of: first.character, wish, owner: alice)
        }
        var names: [String] = []
        var page = PageRequest(limit: 100)
        while true {
            let found = try await store.instances(of: first.character, page, owner: alice)
            names += found.elements.map(\.name)
            page.after = found.elements.last?.id
            if !found.hasMore { break }
        }
        #expect(names == ["first"] + (1..<1_000).map { "Name \($0)" })
        let found = try await store.instances(of: first.character, named: "nAME 77", PageRequest(), owner: alice)
        #expect(found.elements.map(\.name) == ["Name 77"])
        await #expect(throws: CharacterError.nameTaken("NAME 5")) {
            try await store.createInstance(of: first.character, InstanceChange(name: "NAME 5"), owner: alice)
        }
    }

    @Test("What is forgotten is in none of the files", arguments: ["character", "instance", "messages", "memory"])
    func forget(_ what: String) async throws {
        let folder = try TemporaryFolder()
        let store = try CharacterStore(.file(folder.path + "/test.sqlite"))
        defer { store.close() }
        let character = try await store.createCharacter(try .sample(), voice: nil, owner: alice)
        let instance = try await store.createInstance(of: character.id, InstanceChange(name: "x"), owner: alice)
        for index in 0..<200 {
            let text = "xylophone \(index) " + String(repeating: "padding ", count: index)
            let said = [NewMessage(.user, text), NewMessage(.assistant, "I see.")]
            try await store.append(said, to: instance.id, owner: alice)
        }
        _ = try await store.addFact("has a xylofact", to: instance.id, owner: alice)
        _ = try await store.changeMemory(
            of: instance.id,
            seen: nil,
            pinned: "xylopinned",
            summary: "xylosummary",
            owner: alice
        )
        #expect(try folder.has("xylo"))
        switch what {
        case "character": try await store.deleteCharacter(character.id, force: true, owner: alice)
        case "instance": try await store.deleteInstance(instance.id, owner: alice)
        case "messages": try await store.deleteMessages(of: instance.id, owner: alice)
        default: try await store.deleteMemory(of: instance.id, owner: alice)
        }
        let words = ["xylophone", "xylofact", "xylopinned", "xylosummary"]
        let kept = try words.filter { try folder.has($0) }
        switch what {
        case "messages": #expect(kept == Array(words.dropFirst()))
        case "memory": #expect(kept == ["xylophone"])
        default: #expect(kept.isEmpty)
        }
    }

    @Test("A character with instances is deleted only by force, and one of the server's never")
    func deletion() async throws {
        let (store, instance) = try await talk()
        await #expect(throws: CharacterError.hasInstances(count: 1)) {
            try await store.deleteCharacter(instance.character, force: false, owner: alice)
        }
        try await store.deleteCharacter(instance.character, force: true, owner: alice)
        await #expect(throws: CharacterError.notFound(.instance)) {
            try await store.instance(instance.id, owner: alice)
        }
        await #expect(throws: CharacterError.readOnly) {
            try await store.deleteCharacter("tutor", force: true, owner: alice)
        }
    }

    @Test("Messages go when their days are over, and are not stored where there are none")
    func retention() async throws {
        let days = Mutex(0.0)
        let store = try CharacterStore(.memory, retentionDays: 30) {
            Date(timeIntervalSince1970: 1_800_000_000 + 86_400 * days.withLock(\.self))
        }
        var ids: [String] = []
        for (name, kept) in [("server", nil), ("short", 2), ("none", 0), ("longer than allowed", 90)]
            as [(String, Int?)]
        {
            var wish = InstanceChange(name: name)
            wish.retentionDays = .some(kept)
            ids.append(try await store.createInstance(of: "assistant", wish, owner: alice).id)
        }
        for id in ids { try await store.append([NewMessage(.user, "hello")], to: id, owner: alice) }
        func counts() async throws -> [Int] {
            var counts: [Int] = []
            for id in ids {
                counts.append(try await store.messages(of: id, PageRequest(), owner: alice).elements.count)
            }
            return counts
        }
        #expect(try await counts() == [1, 1, 0, 1])
        days.withLock { $0 = 2.5 }
        #expect(try await store.deleteExpiredMessages() == 1)
        #expect(try await counts() == [1, 0, 0, 1])
        days.withLock { $0 = 30.5 }
        #expect(try await store.deleteExpiredMessages() == 2)
    }

    @Test("A file that is opened again has everything, and a card of the server's is brought up to date")
    func reopening() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/deeper/test.sqlite"
        var store = try CharacterStore(.file(path))
        let instance = try await store.createInstance(of: "tutor", InstanceChange(name: "x"), owner: alice)
        try await store.append([NewMessage(.user, "hello")], to: instance.id, owner: alice)
        try await store.write {
            try $0.execute(sql: "UPDATE characters SET card = '{\"name\":\"Old\"}' WHERE id = 'tutor'")
        }
        store.close()
        store = try CharacterStore(.file(path))
        defer { store.close() }
        let conversation = try await store.begin(
            character: "TUTOR",
            instance: "X",
            systemPrompt: "",
            owner: alice
        )
        #expect(conversation.instance.id == instance.id)
        #expect(conversation.history.map(\.text) == ["hello"])
        #expect(conversation.character.card.name == "Tutor")
        #expect(!conversation.isNew)
        let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(rights == 0o600)
    }

    @Test("A list reads no cards, cuts long texts, and is brought up to date with them")
    func lists() async throws {
        let store = try CharacterStore(.memory)
        let long = String(repeating: "long ", count: 1_000)
        let card = try CharacterCard.sample(#""name":"Ada","description":"\#(long)","tags":["one"]"#)
        let made = try await store.createCharacter(card, voice: "v", owner: alice)
        _ = try await store.changeCharacter(made.id, version: nil, owner: alice) { card, _ throws(CardError) in
            try card.change([("tags", Array(#"["two"]"#.utf8))])
        }
        try await store.write { try $0.execute(sql: "UPDATE characters SET card = 'unread' WHERE owner IS NOT NULL") }
        let shown = try await store.characters(PageRequest(), owner: alice).elements
        #expect(shown.map(\.name) == ["Assistant", "Tutor", "Ada"])
        #expect(shown.last?.shown["tags"] == ["two"])
        #expect(shown.last?.shown["description"]?.string == String(long.prefix(499)) + "…")
        #expect(shown.last?.voice == "v")
        #expect(try await store.instances(of: made.id, PageRequest(), owner: alice).elements.isEmpty)
    }

    @Test("What the system says of a place is a sentence, and a damaged file is told from a place that cannot be used")
    func places() throws {
        let folder = try TemporaryFolder()
        #expect(throws: CharacterError.storage(detail: "/dev/null/x/y: Not a directory")) {
            try CharacterStore(.file("/dev/null/x/y/test.sqlite"))
        }
        let path = folder.path + "/test.sqlite"
        try String(repeating: "no database ", count: 1_000).write(toFile: path, atomically: false, encoding: .utf8)
        let error = #expect(throws: CharacterError.self) { try CharacterStore(.file(path)) }
        guard case .storage(_, isBroken: true) = error else { Issue.record("\(error as Any)"); return }
    }

    @Test("A write that fails stores nothing of a turn and says so")
    func failure() async throws {
        let (store, instance) = try await talk()
        try await store.write { database in
            try database.execute(
                sql: """
                    CREATE TRIGGER fault BEFORE INSERT ON messages WHEN new.role = 'assistant'
                    BEGIN SELECT raise(ABORT, 'disk I/O error'); END
                    """
            )
        }
        let said = [NewMessage(.user, "hello"), NewMessage(.assistant, "hello")]
        let error = await #expect(throws: CharacterError.self) {
            try await store.append(said, to: instance.id, owner: alice)
        }
        #expect(error?.code == "storage_failed")
        #expect(error?.detail?.contains("hello") == false)
        #expect(try await store.messages(of: instance.id, PageRequest(), owner: alice).elements.isEmpty)
    }
}
