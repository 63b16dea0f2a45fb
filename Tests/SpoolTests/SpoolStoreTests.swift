import Audio
import Foundation
import GRDB
import Testing
import Transcription

@testable import Spool

@Suite("Spool on disk")
struct SpoolStoreTests {
    static func folder() -> String { NSTemporaryDirectory() + "steno-spool-\(UUID().uuidString)" }

    static func utterance(_ item: String, from start: Int = 0, count: Int = 800) -> KeptUtterance {
        var request = TranscriptionRequest(samples: (0..<count).map { Int16(truncatingIfNeeded: $0 * 37) })
        (request.model, request.language, request.prompt) = ("small", "de", "Words: Steno")
        request.voice = VoiceEvidence(peak: 0.5, voiced: 400)
        request.wantsWordTimes = false
        return KeptUtterance(item: item, range: SamplePosition(start)..<SamplePosition(start + count), request: request)
    }

    private func withStore(_ body: (SpoolStore, _ folder: String) async throws -> Void) async throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SpoolStore(folder: folder)
        try await body(store, folder)
        store.close()
    }

    @Test("Gives back what it was given, until it is settled")
    func roundTrip() async throws {
        try await withStore { store, _ in
            let utterance = Self.utterance("item_1", from: 320)
            _ = try await store.add(utterance, of: "sess", owner: "ann", at: 1)
            #expect(store.size == 1_600)
            let kept = try #require(try await store.utterance("item_1"))
            #expect(kept.request == utterance.request)
            #expect(kept.range == 320..<1_120)
            try await store.settle("item_1", .transcribed("hello", language: "de", engine: "tiny"))
            #expect(store.size == 0)
            #expect(try await store.utterance("item_1") == nil)
            // The session decided on a word.
            try await store.settle("item_1", .transcribed("hello there", language: "de", engine: nil))
            #expect(store.size == 0)
            let kept2 = try await store.transcripts(of: "sess", owner: "ann", after: nil, limit: 10)
            #expect(
                kept2
                    == KeptTranscripts(
                        list: [
                            KeptTranscript(
                                item: "item_1",
                                range: 320..<1_120,
                                outcome: .transcribed("hello there", language: "de", engine: nil)
                            )
                        ],
                        hasMore: false,
                        waiting: 0
                    )
            )
        }
    }

    @Test("Shows a session to its owner alone, also where neither has a name")
    func owners() async throws {
        try await withStore { store, _ in
            _ = try await store.add(Self.utterance("item_1"), of: "ann's", owner: "ann", at: 1)
            _ = try await store.add(Self.utterance("item_2"), of: "open", owner: nil, at: 1)
            func isShown(_ session: String, to owner: String?) async throws -> Bool {
                try await store.transcripts(of: session, owner: owner, after: nil, limit: 1) != nil
            }
            #expect(try await isShown("ann's", to: "ann"))
            #expect(try await !isShown("ann's", to: "ben"))
            #expect(try await !isShown("ann's", to: nil))
            #expect(try await isShown("open", to: nil))
            #expect(try await !isShown("open", to: "ann"))
        }
    }

    @Test("Gives pages in the order of the audio")
    func pages() async throws {
        try await withStore { store, _ in
            for index in 0..<5 {
                _ = try await store.add(Self.utterance("item_\(index)"), of: "sess", owner: nil, at: 1)
            }
            var items: [String] = []
            var after: String?
            repeat {
                let page = try #require(try await store.transcripts(of: "sess", owner: nil, after: after, limit: 2))
                items += page.list.map(\.item)
                #expect(page.waiting == 5)
                after = page.hasMore ? page.list.last?.item : nil
            } while after != nil
            #expect(items == (0..<5).map { "item_\($0)" })
        }
    }

    @Test("Hands on what an earlier process left, and gives up what three of them left")
    func takeOver() async throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for start in 0...3 {
            // Nothing is closed in between, as after a kill; the lock goes with its descriptor.
            let store = try SpoolStore(folder: folder)
            if start == 0 {
                _ = try await store.add(Self.utterance("item_1"), of: "sess", owner: nil, at: 7)
                _ = try await store.add(Self.utterance("item_2"), of: "sess", owner: nil, at: 8)
                try await store.settle("item_2", .failed(code: "engine_failed", message: "No."))
                continue
            }
            #expect(store.size == 1_600)
            #expect(store.left == [ReplayQueue.Entry(item: "item_1", session: "sess", number: 1, recorded: 7)])
        }
        let store = try SpoolStore(folder: folder)
        #expect(store.left == [])
        #expect(store.size == 0)
        let kept = try #require(try await store.transcripts(of: "sess", owner: nil, after: nil, limit: 10))
        guard case .failed("engine_failed", _) = kept.list[0].outcome else {
            Issue.record("\(kept.list[0].outcome)")
            return
        }
        #expect(kept.waiting == 0)
    }

    @Test("Forgets sessions and what is old, but nothing that waits, and gives the space back")
    func forgets() async throws {
        try await withStore { store, folder in
            for index in 0..<4 {
                let session = index < 2 ? "first" : "second"
                let utterance = Self.utterance("item_\(index)", count: 160_000)
                _ = try await store.add(utterance, of: session, owner: nil, at: index)
            }
            try await store.settle("item_0", .transcribed("old", language: nil, engine: nil))
            try await store.forget(before: 2)
            let first = try #require(try await store.transcripts(of: "first", owner: nil, after: nil, limit: 10))
            #expect(first.list.map(\.item) == ["item_1"])
            try await store.forget(session: "first")
            try await store.forget(session: "second")
            #expect(store.size == 0)
            #expect(try await store.transcripts(of: "second", owner: nil, after: nil, limit: 10) == nil)
            let database = try DatabaseQueue(path: folder + "/spool.sqlite")
            try await database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/spool.sqlite")
            #expect(try #require(attributes[.size] as? Int) < 100_000)
        }
    }

    @Test("Forgets the oldest transcripts beyond what it may keep, and nothing that waits")
    func transcripts() async throws {
        try await withStore { store, _ in
            for index in 0..<6 {
                _ = try await store.add(Self.utterance("item_\(index)"), of: "sess", owner: nil, at: 1)
                guard index > 0 else { continue }
                try await store.settle("item_\(index)", .transcribed("\(index)", language: nil, engine: nil))
            }
            try await store.forgetTranscripts(beyond: 2)
            let kept = try #require(try await store.transcripts(of: "sess", owner: nil, after: nil, limit: 10))
            #expect(kept.list.map(\.item) == ["item_0", "item_4", "item_5"])
            try await store.forgetTranscripts(beyond: 2)
            #expect(try await store.transcripts(of: "sess", owner: nil, after: nil, limit: 10)?.list.count == 3)
        }
    }

    @Test("Is one process's at a time, and nobody else's to read")
    func exclusive() async throws {
        try await withStore { _, folder in
            #expect(throws: SpoolError.inUse(folder: folder)) { try SpoolStore(folder: folder) }
            for name in ["spool.sqlite", "lock"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    @Test("Says what is wrong with a folder")
    func unusable() {
        #expect(throws: SpoolError.self) { try SpoolStore(folder: "/proc/nowhere/spool") }
    }

    @Test("Leaves out words of the utterances around, as far as their times tell")
    func ownWords() {
        var utterance = Self.utterance("item_1", count: 1_000)
        utterance.leftContext = 200
        utterance.range = 0..<600
        let words: [Transcript.Word] = [
            .init(text: "before", range: 0..<300), .init(text: "mine", range: 300..<500),
            .init(text: "edge", range: 700..<880), .init(text: "after", range: 800..<1_000),
        ]
        #expect(utterance.own(Transcript(text: "before mine edge after", words: words)).text == "mine edge")
        #expect(utterance.own(Transcript(text: "no times")).text == "no times")
        #expect(utterance.samples == Array(utterance.request.samples[200..<800]))
    }
}
