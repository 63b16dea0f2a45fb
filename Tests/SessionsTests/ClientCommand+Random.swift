import Audio
import Sessions
import SpeechDetection
import TestSupport

extension ClientCommand {
    /// Anything that a client may send; not the end of its input.
    static func random(_ random: inout SeededGenerator) -> ClientCommand {
        let milliseconds = Int.random(in: 0...400, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<7: return .speech(milliseconds)
        case 7..<11: return .silence(milliseconds)
        case 11: return .speech(milliseconds, rate: [8_000, 24_000, 48_000].randomElement(using: &random))
        case 12:
            return .append(audio: [UInt8](repeating: 31, count: Int.random(in: 0...999, using: &random)), rate: nil)
        case 13..<16: return .commit(eventID: nil)
        case 16: return .clear
        case 17: return .invalid(ClientError(.invalidJSON, "No."))
        default:
            var update = SessionUpdate()
            update.turnDetection = Bool.random(using: &random) ? .off : .on(change(&random))
            // Seldom, as a suppressor takes its time to make.
            if Int.random(in: 0..<6, using: &random) == 0 {
                update.noiseReduction = Bool.random(using: &random) ? .nearField : .some(nil)
                update.gainControl = Bool.random(using: &random)
                update.enhancedListener = .allCases.randomElement(using: &random)
            }
            return .update(update)
        }
    }

    /// A change of some of the rules, to anything that a client may ask for.
    private static func change(_ random: inout SeededGenerator) -> TurnDetectionUpdate.Change {
        func some(_ range: ClosedRange<Int>) -> Int? {
            Int.random(in: 0..<4, using: &random) == 0 ? .random(in: range, using: &random) : nil
        }
        var change = TurnDetectionUpdate.Change()
        change.threshold = some(1...10).map { Float($0) / 10 }
        change.prefixPadding = some(0...32_000)
        change.suffixPadding = some(0...32_000)
        change.hangover = some(320...8_000)
        change.minimumSpeech = some(0...8_000)
        change.mergeGap = some(0...8_000)
        change.onsetSearch = some(0...32_000)
        change.offsetSearch = some(0...32_000)
        change.softMaximum = some(16_000...32_000)
        change.maximumUtterance = some(16_000...32_000)
        change.overlap = some(0...32_000)
        return change
    }
}
