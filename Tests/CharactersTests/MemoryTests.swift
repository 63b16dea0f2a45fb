import Chat
import FoundationEssentials
import Testing

@testable import Characters

struct MemoryTests {
    private func say(_ count: Int, to instance: CharacterInstance, _ store: CharacterStore) async throws {
        for index in 0..<count {
            let said = [NewMessage(.user, "question \(index)"), NewMessage(.assistant, "answer \(index)")]
            try await store.append(said, to: instance.id, owner: alice)
        }
    }

    @Test("After enough was said, the oldest messages become a summary and facts, and the others stay")
    func summary() async throws {
        let (store, instance) = try await talk()
        let model = ScriptedModel { _ in "Bea asked things.\n\n**FACTS:**\n- 0.9 | Bea has a dog.\n- likes tea" }
        let keeper = MemoryKeeper(store: store, model: model)
        try await say(9, to: instance, store)
        #expect(await keeper.update(instance.id, alice, sessionEnded: false) == nil)
        try await say(1, to: instance, store)
        let outcome = await keeper.update(instance.id, alice, sessionEnded: false)
        #expect(outcome == .stored(instance: instance.id, messages: 10, facts: 2))
        let conversation = try await store.begin(instance: instance.id, systemPrompt: "", owner: alice)
        #expect(conversation.instance.summary == "Bea asked things.")
        #expect(conversation.history.count == 10)
        let facts = try await store.facts(of: instance.id, owner: alice)
        #expect(facts.map(\.text) == ["Bea has a dog.", "likes tea"])
        #expect(facts.map(\.confidence) == [0.9, nil])
        #expect(conversation.prompt.instructions.contains("Bea has a dog."))
    }

    @Test("What fails, says nothing, or comes after somebody forgot something changes nothing")
    func keepsOnFailure() async throws {
        let (store, instance) = try await talk()
        try await say(10, to: instance, store)
        _ = try await store.changeMemory(of: instance.id, seen: nil, pinned: nil, summary: "Before.", owner: alice)
        let failing = ScriptedModel { _ throws(ChatError) in throw .unreachable }
        let silent = ScriptedModel { _ in "\nFACTS:\n- nothing" }
        let late = ScriptedModel { _ in
            try? await store.deleteMessages(of: instance.id, owner: alice)
            return "All that was said."
        }
        for (model, outcome) in [
            (failing, MemoryKeeper.Outcome.failed(instance: instance.id, "\(ChatError.unreachable)")),
            (silent, .unusable(instance: instance.id)), (late, .outdated(instance: instance.id)),
        ] {
            let keeper = MemoryKeeper(store: store, model: model)
            #expect(await keeper.update(instance.id, alice, sessionEnded: false) == outcome)
            #expect(model.asked.count == 1)
            #expect(try await store.instance(instance.id, owner: alice).summary == "Before.")
            #expect(try await store.facts(of: instance.id, owner: alice).isEmpty)
        }
    }

    @Test("A summary has at most 200 words and ends with a sentence")
    func length() throws {
        let text = String(repeating: "one two three four five six seven. ", count: 40)
        let summary = try #require(DigestPrompt.read(text)?.summary)
        #expect(summary.split(separator: " ").count == 196)
        #expect(summary.hasSuffix("seven."))
    }

    @Test("Of more than fifty facts the longest unconfirmed goes, and those of the user stay")
    func facts() async throws {
        let (store, instance) = try await talk()
        let own = try await store.addFact("is called Bea", to: instance.id, owner: alice)
        for index in 0..<60 {
            let digest = MemoryDigest(summary: "s", facts: [MemoryDigest.Fact(text: "fact \(index)", confidence: 1)])
            let seen = try await store.instance(instance.id, owner: alice).memoryVersion
            #expect(try await store.store(digest, of: instance.id, seen: seen, upTo: 0, source: nil))
        }
        let facts = try await store.facts(of: instance.id, owner: alice)
        #expect(facts.count == CharacterLimits.factsPerInstance)
        #expect(facts.first == own)
        #expect(facts.dropFirst().map(\.text) == (11..<60).map { "fact \($0)" })
        let again = try await store.addFact("IS called  bea", to: instance.id, owner: alice)
        #expect(again.id == own.id)
    }

    @Test("The background does what was asked for, once for each instance that waits")
    func background() async throws {
        let (store, instance) = try await talk()
        try await say(10, to: instance, store)
        let (outcomes, report) = AsyncStream<MemoryKeeper.Outcome>.makeStream()
        let model = ScriptedModel { _ in "A summary." }
        let keeper = MemoryKeeper(store: store, model: model) { report.yield($0) }
        for _ in 0..<100 { keeper.review(instance: instance.id, owner: alice) }
        await withTaskGroup { group in
            group.addTask { await keeper.run() }
            let outcome = await outcomes.first { _ in true }
            #expect(outcome == .stored(instance: instance.id, messages: 10, facts: 0))
            group.cancelAll()
        }
        #expect(model.asked.count == 1)
    }

    @Test("Memory in the prompt: what a language model is asked has notes ahead of the user's words")
    func messages() async throws {
        let (store, instance) = try await talk(try .sample(#""name":"Ada","first_mes":"Hello {{user}}.""#))
        let conversation = try await store.begin(instance: instance.id, systemPrompt: "S", owner: alice)
        let messages = conversation.messages(toAnswer: "hi", now: .now)
        #expect(messages.count == 4)
        #expect(messages[1] == .assistant("Hello User."))
        #expect(messages[3] == .user("hi"))
    }
}
