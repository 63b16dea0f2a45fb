import Audio
import Chat
import SpeechSynthesis
import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Drafts over random schedules")
struct DraftPropertyTests {
    /// A talk in which people pause, go on and are interrupted at random.
    ///
    /// Each word that the model writes names its request and its place: the third word of the second request is `q1w2`.
    private struct Schedule: ~Copyable {
        var talk: Talk
        var random: SeededGenerator
        /// Words written, by request.
        private(set) var written: [RequestID: Int] = [:]
        private var names: [RequestID: Int] = [:]
        /// Pieces of speech that were made while no response was under way.
        private(set) var stray = 0

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            let isText = Bool.random(using: &random)
            let interrupts = Int.random(in: 0..<4, using: &random) > 0
            talk = DraftTests.talk {
                $0.assistant.modality = isText ? .text : .audio
                $0.assistant.interruptsResponse = interrupts
                $0.assistant.lead = .zero
                $0.wantsInterim = interrupts
            }
            talk.core.engine = EngineCapabilities(canSpeculate: isText || interrupts, canRepeat: true)
        }

        private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

        mutating func step() {
            let (wasOpen, told, spoken) = (talk.hasOpenReply, talk.told.count, talk.spoken.count)
            act()
            let isCreated = talk.told[told...].contains { if case .reply(.created) = $0.event { true } else { false } }
            if !wasOpen, !isCreated { stray += talk.spoken.count - spoken }
        }

        private mutating func act() {
            switch number(0...15) {
            case 0...3: pause()
            case 4: talk.speech(20 * number(1...10))
            case 5...6: talk.silence(20 * number(1...30))
            case 7...9: if !talk.openReadings.isEmpty { talk.read(["so", "so it is", "yes", ""][number(0...3)]) }
            case 10: if !talk.openUtterances.isEmpty { talk.transcribe(["so", "yes", ""][number(0...2)]) }
            case 11...13: if let id = talk.openReplies.first { write(to: id, ends: number(0...3)) }
            default: command()
            }
        }

        /// Says something and pauses, in most cases until the engine and the model have begun.
        private mutating func pause() {
            talk.speech(20 * number(3...15))
            talk.silence(20 * number(10...24))
            while !talk.openReadings.isEmpty { talk.read("so it is") }
            if let id = talk.openReplies.first { write(to: id, ends: number(1...3)) }
        }

        private mutating func command() {
            switch number(0...9) {
            case 0: talk.handle(.respond(ReplyRequest(), eventID: nil))
            case 1: talk.handle(.cancelResponse(id: nil, eventID: nil))
            case 2: talk.handle(.commit(eventID: nil))
            case 3: talk.handle(.clear)
            case 4:
                let item = ConversationItem(id: "", content: .message(.user, [.text("And this.")]))
                talk.handle(.create(item, after: nil, eventID: nil))
            case 5:
                var update = SessionUpdate()
                update.assistant.instructions = "Be \(number(0...9))."
                update.assistant.createsResponse = number(0...3) > 0
                talk.handle(.update(update))
            case 6: talk.handle(.delete(itemID: "i\(number(1...9))", eventID: nil))
            default: talk.pass(number(1...2_000))
            }
        }

        private mutating func write(to id: RequestID, ends: Int) {
            let name = names[id, default: names.count]
            names[id] = name
            let first = written[id, default: 0]
            let count = number(0...4)
            written[id] = first + count
            let parts = (first..<first + count).map { ChatPart.text("q\(name)w\($0) ") }
            switch ends {
            case 0: talk.write(parts, ends: .failure(.disconnected))
            case 1: talk.write(parts, ends: .success(ChatEnd(reason: .complete)))
            default: talk.write(parts, ends: nil)
            }
        }

        mutating func finish() {
            talk.handle(.finish)
            for _ in 0..<200 where !talk.core.isFinished {
                while !talk.openReadings.isEmpty { talk.read("so") }
                while !talk.openUtterances.isEmpty { talk.transcribe("so") }
                while let id = talk.openReplies.first { write(to: id, ends: 1) }
                talk.pass(1_000)
            }
        }

        /// Words that were written for a request.
        func count(of name: Int) -> Int? { names.first { $0.value == name }.flatMap { written[$0.key] } }

        func names(of requests: Set<RequestID>) -> Set<Int> { Set(requests.compactMap { names[$0] }) }
    }

    /// The requests and places of a text's words.
    private static func words(_ text: String) -> [(name: Int, place: Int)] {
        text.split(whereSeparator: \.isWhitespace).compactMap { word in
            let numbers = word.split { !$0.isNumber }.compactMap { Int($0) }
            return word.first == "q" && numbers.count == 2 ? (numbers[0], numbers[1]) : nil
        }
    }

    private static func check(_ schedule: borrowing Schedule, _ seed: UInt64) {
        #expect(schedule.talk.core.isFinished && schedule.stray == 0, "Schedule \(seed)")
        // What was used is in one response, from its first word on; if that was completed, to its last.
        var replied: Set<Int> = []
        for reply in schedule.talk.replies {
            let words = words(reply.output.map(\.text).joined(separator: " "))
            guard let name = words.first?.name else { continue }
            let isOne = words.allSatisfy { $0.name == name } && words.map(\.place) == Array(0..<words.count)
            #expect(isOne && replied.insert(name).inserted, "Schedule \(seed): \(reply.id)")
            if reply.status == .completed { #expect(words.count == schedule.count(of: name), "Schedule \(seed)") }
        }
        // Nothing of the others was told, said, or read by the model.
        let gone = schedule.names(of: Set(schedule.talk.drafts).subtracting(schedule.talk.usedDrafts))
        let read = schedule.talk.asked.flatMap(\.messages).map { "\($0)".replacing("\"", with: " ") }
        for text in schedule.talk.summary + schedule.talk.spoken + read {
            #expect(!Self.words(text).contains { gone.contains($0.name) }, "Schedule \(seed): \(text)")
        }
        #expect(schedule.talk.core.drafts.used == schedule.talk.usedDrafts.count, "Schedule \(seed)")
        let drafts = schedule.talk.core.drafts
        #expect(drafts.used + drafts.discarded == schedule.talk.drafts.count, "Schedule \(seed)")
    }

    @Test("Is either used whole or leaves no trace", arguments: 0..<8)
    func whole(block: UInt64) {
        var drafts = SessionCore.Speculations()
        for seed in block * 20..<(block + 1) * 20 {
            var schedule = Schedule(seed: seed)
            for _ in 0..<Int.random(in: 5...40, using: &schedule.random) { schedule.step() }
            schedule.finish()
            Self.check(schedule, seed)
            drafts.used += schedule.talk.core.drafts.used
            drafts.discarded += schedule.talk.core.drafts.discarded
        }
        // Both happen, so that this says something.
        #expect(drafts.used > 5 && drafts.discarded > 5)
    }
}
