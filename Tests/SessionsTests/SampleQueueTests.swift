import TestSupport
import Testing

@testable import Sessions

@Suite("Queue of samples")
struct SampleQueueTests {
    @Test("Gives back what came, in order, however it is cut", arguments: 1...20)
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (queue, waiting): (SampleQueue, [Int16]) = (SampleQueue(), [])
        for _ in 0..<200 {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                let length = Int.random(in: 0..<50, using: &random)
                let piece = (0..<length).map { _ in Int16.random(in: .min ... .max, using: &random) }
                queue.append(piece)
                waiting += piece
            case 1:
                var other = SampleQueue()
                other.append([1, 2, 3])
                other.append([4, 5])
                #expect(other.take(2) == [1, 2])
                queue.append(other)
                waiting += [3, 4, 5]
            default:
                let count = Int.random(in: 0...waiting.count, using: &random)
                #expect(queue.take(count) == Array(waiting.prefix(count)))
                waiting.removeFirst(count)
            }
            #expect(queue.count == waiting.count)
        }
        #expect(queue.take(queue.count) == waiting)
    }
}
