/// Where the microphone is, which says how much noise to take away.
///
/// More suppression leaves less noise and more distortion of speech.
public enum NoiseReduction: Equatable, Sendable, CaseIterable {
    /// A headset or a telephone at the ear.
    case nearField
    /// A laptop, or a device in a room.
    case farField
}
