import Characters
import Foundation
import Logging
import ServiceLifecycleTestKit
import Synchronization
import TestSupport
import Testing

@testable import StenoServer

struct RetentionServiceTests {
    @Test("Messages that have expired are deleted at the start, and again every hour")
    func hourly() async throws {
        let owner = CharacterOwner(keyName: nil)
        let days = Mutex(0.0)
        let store = try CharacterStore(.memory, retentionDays: 1) {
            Date(timeIntervalSince1970: 1_800_000_000 + 86_400 * days.withLock(\.self))
        }
        var wish = InstanceChange()
        wish.name = "x"
        let instance = try await store.createInstance(of: "assistant", wish, owner: owner).id
        func isEmpty() async throws -> Bool {
            try await store.messages(of: instance, PageRequest(), owner: owner).elements.isEmpty
        }
        let clock = ManualClock()
        let service = RetentionService(store: store, clock: clock, logger: Logger(label: "test"))
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                for _ in 0..<2 {
                    try await store.append([NewMessage(.user, "hello")], to: instance, owner: owner)
                    days.withLock { $0 += 1.5 }
                    await until { clock.sleepers > 0 }
                    clock.advance(by: RetentionService.interval)
                    await until { (try? await isEmpty()) == true }
                }
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }
}
