/// Where the microphone is, which says how much noise to take away.
///
/// More suppression leaves less noise and more distortion of speech.
public enum NoiseReduction: String, Sendable, CaseIterable {
    /// A headset or a telephone at the ear.
    case nearField = "near_field"
    /// A laptop, or a device in a room.
    case farField = "far_field"
}
