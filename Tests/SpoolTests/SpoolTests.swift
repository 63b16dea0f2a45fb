import Audio
import Foundation
import Synchronization
import TestSupport
import Testing
import Transcription

@testable import Spool

@Suite("Spool", .timeLimit(.minutes(1)))
struct SpoolTests {
    /// What a test changes and looks at.
    fileprivate final class World: Sendable {
        struct State {
            var isWell = true
            /// Milliseconds since 1970.
            var time = 1_000_000
            var events: [Spool.Event] = []
            var late: [String: Result<Transcript, TranscriptionError>] = [:]
        }

        let state = Mutex(State())
        let engine = ScriptedTranscriber()
        let clock = ManualClock()

        var events: [Spool.Event] { state.withLock(\.events) }
        func late(_ item: String) -> Result<Transcript, TranscriptionError>? { state.withLock { $0.late[item] } }

        func spool(_ store: SpoolStore, maximumSize: Int = 1 << 20) -> Spool {
            Spool(
                store,
                rules: .init(
                    maximumSize: maximumSize,
                    maximumAge: .seconds(600),
                    patience: .seconds(2),
                    grace: .seconds(60)
                ),
                engine: engine,
                clock: clock,
                now: { self.state.withLock(\.time) },
                onEvent: { event in self.state.withLock { $0.events.append(event) } },
                isWell: { self.state.withLock(\.isWell) }
            )
        }

        func begin(_ session: SpoolSession) {
            session.begin { item, late in self.state.withLock { $0.late[item] = late.result } }
        }

        /// Moves both clocks until something holds.
        func pass(until condition: @Sendable () -> Bool) async {
            while !condition() {
                if clock.sleepers > 0 {
                    state.withLock { $0.time += 250 }
                    clock.advance(by: .milliseconds(250))
                }
                await Task.yield()
            }
        }
    }

    /// Runs a spool beside a test.
    private func withSpool(
        maximumSize: Int = 1 << 20,
        _ body: (World, Spool, SpoolStore) async throws -> Void
    ) async throws {
        let folder = SpoolStoreTests.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let world = World()
        let store = try SpoolStore(folder: folder)
        let spool = world.spool(store, maximumSize: maximumSize)
        try await withThrowingTaskGroup { group in
            group.addTask { await spool.run() }
            try await body(world, spool, store)
            group.cancelAll()
        }
        store.close()
    }

    private static let noBackend = Result<Transcript, TranscriptionError>.failure(.noBackend)

    @Test("Keeps nothing of an utterance that an engine serves but its transcript")
    func served() async throws {
        try await withSpool { world, spool, store in
            let session = spool.session("sess", owner: nil)
            world.begin(session)
            await session.record(SpoolStoreTests.utterance("item_1"))
            #expect(store.size > 0)
            let result = await session.result(of: "item_1") { .success(Transcript(text: "one")) }
            #expect(result == .success(Transcript(text: "one")))
            await session.settle("item_1", .success(Transcript(text: "one")))
            #expect((spool.waiting, store.size) == (0, 0))
            #expect(world.events == [])
        }
    }

    @Test("Replays in order what no engine could serve, and hands it to the session")
    func replays() async throws {
        try await withSpool { world, spool, store in
            let session = spool.session("sess", owner: nil)
            world.begin(session)
            world.state.withLock { $0.isWell = false }
            for (item, count) in [("item_1", 400), ("item_2", 800)] {
                await session.record(SpoolStoreTests.utterance(item, count: count))
                let result = await session.result(of: item) { Self.noBackend }
                #expect(result == nil)
            }
            #expect(world.events == [.delayed, .delayed])
            await world.pass { world.engine.requests.count == 1 }
            // One alone while nothing is known to be well, and again after a pause.
            world.engine.answer(0, .failure(.unreachable))
            await world.pass { world.engine.requests.count == 2 }
            #expect(world.engine.requests.map(\.samples.count) == [400, 400])
            world.state.withLock { $0.isWell = true }
            world.engine.answerWithLength(1)
            await world.pass { world.engine.requests.count == 3 }
            world.engine.answerWithLength(2)
            await world.pass { world.late("item_2") != nil }
            #expect(world.late("item_1") == .success(Transcript(text: "400")))
            #expect(world.late("item_2") == .success(Transcript(text: "800")))
            #expect((spool.waiting, store.size) == (0, 0))
            #expect(world.events == [.delayed, .delayed, .replayed, .replayed])
        }
    }

    @Test("Breaks off what waits for an engine when an outage begins, and sends nothing to one that lasts")
    func outage() async throws {
        try await withSpool { world, spool, _ in
            let session = spool.session("sess", owner: nil)
            world.begin(session)
            await session.record(SpoolStoreTests.utterance("item_1"))
            async let first = session.result(of: "item_1") {
                do throws(TranscriptionError) {
                    return .success(try await world.engine.transcribe(TranscriptionRequest(samples: [1])))
                } catch {
                    return .failure(error)
                }
            }
            await world.pass { world.engine.requests.count == 1 }
            world.state.withLock { $0.isWell = false }
            await world.pass { world.events == [.delayed] }
            #expect(await first == nil)
            await session.record(SpoolStoreTests.utterance("item_2"))
            let second = await session.result(of: "item_2") { .success(Transcript(text: "asked")) }
            #expect(second == nil)
        }
    }

    @Test("Passes a failure on that would come again")
    func hopeless() async throws {
        try await withSpool { world, spool, _ in
            let session = spool.session("sess", owner: nil)
            await session.record(SpoolStoreTests.utterance("item_1"))
            let failure = Result<Transcript, TranscriptionError>.failure(.backendStatus(400, code: nil))
            #expect(await session.result(of: "item_1") { failure } == failure)
            #expect(world.events == [])
        }
    }

    @Test("Gives up with a name what finds no room, and what is too old")
    func bounds() async throws {
        try await withSpool(maximumSize: 2_000) { world, spool, store in
            let session = spool.session("sess", owner: nil)
            world.begin(session)
            world.state.withLock { $0.isWell = false }
            await session.record(SpoolStoreTests.utterance("item_1"))
            await session.record(SpoolStoreTests.utterance("item_2"))
            #expect(world.events == [.full])
            #expect(session.has("item_1") && !session.has("item_2"))
            #expect(session.explained(Self.noBackend, of: "item_2") == .failure(.spoolFull))
            for attempt in 0..<200 { world.engine.answer(attempt, .failure(.unreachable)) }
            #expect(await session.result(of: "item_1") { Self.noBackend } == nil)
            world.state.withLock { $0.time += 600_001 }
            await world.pass { world.late("item_1") != nil }
            #expect(world.late("item_1") == .failure(.spoolExpired))
            #expect(store.size == 0)
            #expect(world.events.contains(.expired))
        }
    }

    @Test("Forgets a session whose client has everything after a while, and no other")
    func delivered() async throws {
        try await withSpool { world, spool, store in
            for name in ["delivered", "lost"] {
                let session = spool.session(name, owner: nil)
                world.begin(session)
                await session.record(SpoolStoreTests.utterance("item_" + name))
                _ = await session.result(of: "item_" + name) { .success(Transcript(text: name)) }
                await session.settle("item_" + name, .success(Transcript(text: name)))
                session.end(isDelivered: name == "delivered")
            }
            let isThere = { (session: String) in
                try await spool.transcripts(of: session, owner: nil, after: nil, limit: 1) != nil
            }
            #expect(try await isThere("delivered"))
            while try await isThere("delivered") { await world.pass(steps: 1) }
            #expect(world.state.withLock(\.time) >= 1_060_000)
            #expect(try await isThere("lost"))
        }
    }

    @Test("Transcribes what an earlier process left")
    func takesOver() async throws {
        let folder = SpoolStoreTests.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            let store = try SpoolStore(folder: folder)
            let session = World().spool(store).session("sess", owner: nil)
            await session.record(SpoolStoreTests.utterance("item_1"))
        }
        let world = World()
        let store = try SpoolStore(folder: folder)
        let spool = world.spool(store)
        try await withThrowingTaskGroup { group in
            group.addTask { await spool.run() }
            await world.pass { world.engine.requests.count == 1 }
            world.engine.answer(0, .success(Transcript(text: "late")))
            await world.pass { spool.waiting == 0 }
            let kept = try #require(try await spool.transcripts(of: "sess", owner: nil, after: nil, limit: 1))
            #expect(kept.list.map(\.outcome) == [.transcribed("late", language: nil, engine: nil)])
            group.cancelAll()
        }
    }
}

extension SpoolTests.World {
    /// Moves both clocks by a quarter of a second, as often as is said.
    fileprivate func pass(steps: Int) async {
        let end = state.withLock(\.time) + 250 * steps
        await pass { self.state.withLock(\.time) >= end }
    }
}
