/// Which noise a suppressor is to expect.
public enum NoiseReduction: Equatable, Sendable {
    /// A microphone close to the mouth, such as a headset's.
    case nearField
    /// A microphone at some distance, such as a laptop's or a room's.
    case farField
}
