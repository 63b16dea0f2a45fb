import Audio
import Chat
import SpeechSynthesis
import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Assistant over random schedules")
struct AssistantPropertyTests {
    /// A talk in which everything happens at random.
    private struct Schedule: ~Copyable {
        var talk: Talk
        var random: SeededGenerator

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            let lead = Int.random(in: 0...3, using: &random) * 400
            let creates = Int.random(in: 0..<4, using: &random) > 0
            let interrupts = Int.random(in: 0..<4, using: &random) > 0
            talk = Talk {
                $0.assistant.lead = .milliseconds(lead)
                $0.assistant.createsResponse = creates
                $0.assistant.interruptsResponse = interrupts
                $0.assistant.idleTimeout = .seconds(4)
            }
            talk.speaks = false
        }

        private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

        private mutating func text() -> String {
            let words = ["well", "yes", "a", "the.", "Really?", "sentence", "longer,", "and", "so", "mhm"]
            return (0..<number(0...8)).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
                + " "
        }

        private mutating func item() -> String { "i\(number(1...8))" }

        mutating func step() {
            switch number(0...19) {
            case 0...2: talk.speech(20 * number(1...40))
            case 3...5: talk.silence(20 * number(1...40))
            case 6: talk.pass(number(1...3_000))
            case 7...8: if !talk.openUtterances.isEmpty { talk.transcribe(number(0...3) == 0 ? "" : text()) }
            case 9: if !talk.openUtterances.isEmpty, number(0...3) == 0 { talk.fail() }
            case 10...11: write()
            case 12...13: speak()
            default: command()
            }
        }

        private mutating func write() {
            guard !talk.openReplies.isEmpty else { return }
            var parts = (0..<number(0...3)).map { _ in ChatPart.text(text()) }
            if number(0...3) == 0 { parts.append(.call(ChatCall(id: "c", name: "f", arguments: "{}"))) }
            switch number(0...4) {
            case 0: talk.write(parts, ends: .failure(.disconnected))
            case 1...2: talk.write(parts, ends: nil)
            default: talk.write(parts)
            }
        }

        private mutating func speak() {
            guard !talk.openSpeech.isEmpty else { return }
            switch number(0...5) {
            case 0: talk.speak(number(0...400), ends: .failure(.engineFailed))
            case 1...2: talk.speak(number(0...1_500), ends: nil)
            default: talk.speak(number(0...1_500))
            }
        }

        private mutating func command() {
            switch number(0...8) {
            case 0...1:
                var request = ReplyRequest()
                request.isOutOfBand = number(0...3) == 0
                if number(0...3) == 0 { request.changes.modality = .text }
                talk.handle(.respond(request, eventID: nil))
            case 2: talk.handle(.cancelResponse(id: nil, eventID: nil))
            case 3: talk.handle(.truncate(itemID: item(), milliseconds: number(0...3_000), eventID: nil))
            case 4: talk.handle(.delete(itemID: item(), eventID: nil))
            case 5: talk.handle(.clearOutput(eventID: nil))
            case 6: talk.handle(.commit(eventID: nil))
            case 7: talk.handle(.clear)
            default:
                let item = ConversationItem(id: "", content: .message(.user, [.text(text())]))
                talk.handle(.create(item, after: nil, eventID: nil))
            }
        }

        /// Lets everything come to its end.
        mutating func finish() {
            talk.handle(.finish)
            for _ in 0..<200 {
                while !talk.openUtterances.isEmpty { talk.transcribe("so") }
                while !talk.openReplies.isEmpty { talk.write([.text("Well then. ")]) }
                while !talk.openSpeech.isEmpty { talk.speak(500) }
                talk.pass(1_000)
                if talk.core.isFinished { return }
            }
        }
    }

    @Test("Tells of every response what was begun and how it ended, in order", arguments: 0..<40)
    func ladders(block: UInt64) {
        for seed in block * 20..<(block + 1) * 20 {
            var schedule = Schedule(seed: seed)
            for _ in 0..<Int.random(in: 1...60, using: &schedule.random) { schedule.step() }
            schedule.finish()
            let isFinished = schedule.talk.core.isFinished
            #expect(isFinished, "Schedule \(seed): \(schedule.talk.summary.suffix(12))")
            var check = LadderCheck()
            for (_, event) in schedule.talk.told { check.take(event) }
            check.finish()
            #expect(check.faults.isEmpty, "Schedule \(seed)")
        }
    }
}

/// The rules that a client may rely on.
private struct LadderCheck {
    private struct Open {
        var isOutOfBand: Bool
        var items: [String: String] = [:]
    }

    private var open: [String: Open] = [:]
    private var done: Set<String> = []
    private var announced: Set<String> = []
    private var deleted: Set<String> = []
    private(set) var faults: [String] = []

    private mutating func expect(_ condition: Bool, _ fault: String) {
        if !condition { faults.append(fault) }
    }

    mutating func take(_ event: SessionEvent) {
        switch event {
        case .speechStarted(let id, _), .timedOut(let id, _): announce(id)
        case .committed(let item, _): announced.insert(item.id)
        case .added(let item, _): announce(item.id)
        case .deleted(let id):
            expect(announced.contains(id) && !deleted.contains(id), "\(id) was not there to be deleted")
            deleted.insert(id)
        case .retrieved(let item): expect(!deleted.contains(item.id), "\(item.id) is back")
        case .reply(let event): take(event)
        case .ended: expect(open.isEmpty, "ended with \(open.keys)")
        default: break
        }
    }

    private mutating func announce(_ id: String) {
        expect(!announced.contains(id), "\(id) was announced twice")
        announced.insert(id)
    }

    private mutating func take(_ event: ReplyEvent) {
        switch event {
        case .created(let info):
            expect(open[info.id] == nil && !done.contains(info.id), "\(info.id) was created twice")
            expect(info.isOutOfBand || !open.values.contains { !$0.isOutOfBand }, "\(info.id) is not alone")
            open[info.id] = Open(isOutOfBand: info.isOutOfBand)
        case .begun(let item, let place):
            announce(item.id)
            expect(open[place.responseID] != nil, "\(item.id) begins in no response")
            open[place.responseID]?.items[item.id] = ""
        case .text(let text, let place), .transcript(let text, _, let place):
            expect(open[place.responseID]?.items[place.itemID] != nil, "Text for \(place.itemID), which is not open")
            open[place.responseID]?.items[place.itemID]? += text
        case .audio(let samples, let place):
            expect(open[place.responseID]?.items[place.itemID] != nil, "Audio for \(place.itemID), which is not open")
            expect(!samples.isEmpty, "No audio in a delta")
        case .ended(let item, let place):
            let text = open[place.responseID]?.items.removeValue(forKey: item.id)
            if case .message = item.content {
                expect(text == item.text, "\(item.id) ends with '\(item.text)' after '\(text ?? "nothing")'")
            }
            expect(text != nil, "\(item.id) ends without having begun")
        case .done(let info):
            let reply = open.removeValue(forKey: info.id)
            expect(reply?.items.isEmpty == true, "\(info.id) is done with open items")
            expect(info.status != .inProgress, "\(info.id) is done and in progress")
            expect(!info.output.contains { $0.status == .inProgress }, "\(info.id) holds an item in progress")
            done.insert(info.id)
        }
    }

    mutating func finish() { expect(open.isEmpty, "Never done: \(open.keys)") }
}
