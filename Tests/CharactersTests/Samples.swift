import Chat
import Foundation
import Synchronization

@testable import Characters

let alice = CharacterOwner(keyName: "alice")
let bob = CharacterOwner(keyName: "bob")

extension CharacterCard {
    /// A card of the second version with these members of `data`, as JSON.
    static func sample(_ members: String = #""name":"Ada""#) throws -> CharacterCard {
        try CharacterCard(parsing: Array(#"{"spec":"chara_card_v2","spec_version":"2.0","data":{\#(members)}}"#.utf8))
    }
}

extension InstanceChange {
    init(name: String) {
        self.init()
        self.name = name
    }
}

/// A folder of the test's own, gone with it.
final class TemporaryFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/" + RowIdentifier.random("steno")

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// All bytes of the files in it.
    var contents: [UInt8] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: path).flatMap { name in
                // FileManager.contents leaks for an empty file.
                let file = FileHandle(forReadingAtPath: path + "/" + name)
                defer { try? file?.close() }
                return Array(try file?.readToEnd() ?? Data())
            }
        }
    }

    func has(_ text: String) throws -> Bool { String(decoding: try contents, as: UTF8.self).contains(text) }
}

/// A language model whose answer a test decides; it may look at what it is asked, and do something before it answers.
final class ScriptedModel: LanguageModel {
    let name = "scripted"
    private let requests = Mutex<[ChatRequest]>([])
    private let answer: @Sendable (ChatRequest) async throws(ChatError) -> String

    init(_ answer: @escaping @Sendable (ChatRequest) async throws(ChatError) -> String) { self.answer = answer }

    var asked: [ChatRequest] { requests.withLock(\.self) }

    func reply(
        to request: ChatRequest,
        deliver: @escaping @Sendable (ChatPart) -> Void
    ) async throws(ChatError) -> ChatEnd {
        requests.withLock { $0.append(request) }
        deliver(.text(try await answer(request)))
        return ChatEnd(reason: .complete)
    }
}

/// A store in memory with an instance of a character.
func talk(
    _ card: CharacterCard? = nil,
    retentionDays: Int = 30
) async throws -> (store: CharacterStore, instance: CharacterInstance) {
    let store = try CharacterStore(.memory, retentionDays: retentionDays)
    let character = try await store.createCharacter(try card ?? .sample(), voice: nil, owner: alice)
    return (store, try await store.createInstance(of: character.id, InstanceChange(name: "first"), owner: alice))
}
