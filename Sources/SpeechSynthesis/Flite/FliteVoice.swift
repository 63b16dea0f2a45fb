import CFlite

/// A voice that flite brings with it.
enum FliteVoice: String, CaseIterable, Sendable {
    case slt
    case rms
    case awb
    case kal16

    var voice: Voice { Voice(name: rawValue, isFemale: self == .slt) }

    var code: speech_voice {
        switch self {
        case .slt: SPEECH_VOICE_SLT
        case .rms: SPEECH_VOICE_RMS
        case .awb: SPEECH_VOICE_AWB
        case .kal16: SPEECH_VOICE_KAL16
        }
    }

    /// All of them, `first` before the others.
    static func all(startingWith first: FliteVoice) -> [FliteVoice] {
        [first] + allCases.filter { $0 != first }
    }
}
