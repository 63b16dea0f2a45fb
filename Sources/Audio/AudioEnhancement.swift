/// What is done to a stream to make speech in it clearer, and for whom.
public struct AudioEnhancement: Equatable, Sendable {
    /// Who gets the enhanced signal; the other one gets the signal as it came.
    public enum Listener: String, Sendable, CaseIterable {
        case both
        case detector
        case transcriber
    }

    /// Noise to take away; `nil` for none.
    public var noiseReduction: NoiseReduction?
    /// Whether quiet speech is raised, and loud speech lowered, to one level.
    public var gainControl: Bool
    public var listener: Listener

    public init(noiseReduction: NoiseReduction? = nil, gainControl: Bool = false, listener: Listener = .both) {
        self.noiseReduction = noiseReduction
        self.gainControl = gainControl
        self.listener = listener
    }

    /// Whether anything is done at all.
    public var isActive: Bool { noiseReduction != nil || gainControl }
}

/// Where the microphone is, which says how much noise to take away.
///
/// More suppression leaves less noise and more distortion of speech.
public enum NoiseReduction: String, Sendable, CaseIterable {
    /// A headset or a telephone at the ear.
    case nearField = "near_field"
    /// A laptop, or a device in a room.
    case farField = "far_field"
}
