import Testing

@testable import Transcription

@Suite("Decoding line")
struct DecodingLineTests {
    enum Step: CaseIterable { case join, leaveFirst, leaveLast, take, answer }

    @Test("Agrees with a list of everyone on every short history", arguments: 0...7)
    func agrees(length: Int) {
        for history in Self.histories(of: length) { Self.check(history) }
    }

    /// Second definition: a list of all who ever came, with what has become of them.
    private struct Visitor {
        let ticket: UInt64
        let number: Int
        var isTaken = false
        var isThere = true
    }

    private static func check(_ history: [Step]) {
        var line = DecodingLine<Int>()
        var visitors: [Visitor] = []
        var answered = 0
        func waits(_ visitor: Visitor) -> Bool { visitor.isThere && !visitor.isTaken }
        for step in history {
            switch step {
            case .join:
                let number = visitors.count + answered
                let ticket = line.join(TranscriptionRequest(samples: [Int16(number)]), number)
                visitors.append(Visitor(ticket: ticket, number: number))
            case .leaveFirst, .leaveLast:
                let index = step == .leaveFirst ? visitors.indices.first : visitors.indices.last
                guard let index else { continue }
                let expected = visitors[index].isThere ? visitors[index].number : nil
                let caller = line.leave(visitors[index].ticket)
                #expect(caller == expected, "\(history)")
                visitors[index].isThere = false
            case .take:
                let index = visitors.firstIndex(where: waits)
                let job = line.take()
                #expect(job?.ticket == index.map { visitors[$0].ticket }, "\(history)")
                if let index {
                    #expect(job?.request.samples == [Int16(visitors[index].number)], "\(history)")
                    visitors[index].isTaken = true
                }
            case .answer:
                guard let index = visitors.firstIndex(where: \.isTaken) else { continue }
                let expected = visitors[index].isThere ? visitors[index].number : nil
                let caller = line.answer(visitors[index].ticket)
                #expect(caller == expected, "\(history)")
                visitors.remove(at: index)
                answered += 1
            }
            #expect(line.waiting == visitors.count(where: waits), "\(history)")
        }
    }

    private static func histories(of length: Int) -> [[Step]] {
        length == 0 ? [[]] : histories(of: length - 1).flatMap { history in Step.allCases.map { history + [$0] } }
    }
}
