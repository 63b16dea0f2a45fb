import TestSupport
import Testing

@testable import Limits

@Suite("Token bucket")
struct TokenBucketTests {
    private static let minute = Duration.seconds(60)

    /// Takes from a bucket that holds 60, so that one comes back each second.
    private static func take(_ amount: Double, from bucket: inout TokenBucket, at second: Double) -> Duration? {
        bucket.take(amount, capacity: 60, per: minute, at: .seconds(second))
    }

    @Test("A full bucket gives all that it holds at once, and then as much as comes back")
    func burst() {
        var bucket = TokenBucket(at: .zero)
        #expect(Self.take(60, from: &bucket, at: 0) == nil)
        #expect(Self.take(1, from: &bucket, at: 0) == .seconds(1))
        #expect(Self.take(1, from: &bucket, at: 0.5) == .seconds(0.5))
        #expect(Self.take(1, from: &bucket, at: 1) == nil)
        #expect(Self.take(10, from: &bucket, at: 1) == .seconds(10))
        #expect(Self.take(10, from: &bucket, at: 11) == nil)
    }

    @Test("It holds no more than its capacity, however long nothing is taken")
    func capacity() {
        var bucket = TokenBucket(at: .zero)
        #expect(Self.take(60, from: &bucket, at: 10_000) == nil)
        #expect(Self.take(0.5, from: &bucket, at: 10_000) != nil)
    }

    @Test("What is larger than the bucket is taken from a full one, and paid back before anything else is")
    func debt() {
        var bucket = TokenBucket(at: .zero)
        #expect(Self.take(1, from: &bucket, at: 0) == nil)
        #expect(Self.take(180, from: &bucket, at: 0) == .seconds(1), "It is not full")
        #expect(Self.take(180, from: &bucket, at: 1) == nil)
        #expect(bucket.wait(capacity: 60, per: Self.minute, at: .seconds(1)) == .seconds(120))
        #expect(Self.take(1, from: &bucket, at: 121) == .seconds(1))
        #expect(Self.take(1, from: &bucket, at: 122) == nil)
    }

    @Test("Nothing is to be waited for while something is left")
    func wait() {
        var bucket = TokenBucket(at: .zero)
        #expect(bucket.wait(capacity: 60, per: Self.minute, at: .zero) == nil)
        #expect(Self.take(59, from: &bucket, at: 0) == nil)
        #expect(bucket.wait(capacity: 60, per: Self.minute, at: .zero) == nil)
        #expect(Self.take(1, from: &bucket, at: 0) == nil)
        #expect(bucket.wait(capacity: 60, per: Self.minute, at: .zero) == .zero)
        #expect(bucket.wait(capacity: 60, per: Self.minute, at: .seconds(1)) == nil)
    }

    @Test("A time before the last one gives nothing back, and takes nothing")
    func backwards() {
        var bucket = TokenBucket(at: .seconds(100))
        #expect(Self.take(60, from: &bucket, at: 100) == nil)
        #expect(Self.take(1, from: &bucket, at: 50) == .seconds(1))
        #expect(Self.take(1, from: &bucket, at: 101) == nil)
    }

    @Test("No more is ever taken than a full bucket and what came back", arguments: 1...50 as ClosedRange<UInt64>)
    func bound(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bucket = TokenBucket(at: .zero)
        var (now, taken) = (0.0, 0.0)
        for _ in 0..<2_000 {
            now += Double.random(in: 0...2, using: &random)
            let amount = Double.random(in: 0...10, using: &random)
            if Self.take(amount, from: &bucket, at: now) == nil { taken += amount }
            #expect(taken <= 60 + now + 0.001)
        }
        #expect(taken > now / 2, "It gives what it may")
    }

    /// Who waits as long as it was told is not refused again.
    @Test("The wait that is told is enough", arguments: 1...50 as ClosedRange<UInt64>)
    func waitIsEnough(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bucket = TokenBucket(at: .zero)
        var now = Duration.zero
        for _ in 0..<500 {
            let amount = Double.random(in: 0...100, using: &random)
            guard let wait = bucket.take(amount, capacity: 60, per: Self.minute, at: now) else { continue }
            now += wait
            #expect(bucket.take(amount, capacity: 60, per: Self.minute, at: now) == nil)
        }
    }
}
