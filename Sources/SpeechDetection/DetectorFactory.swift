/// Which voice activity detector to use; `auto` is Silero where its model is there.
public enum DetectorChoice: String, CaseIterable, Sendable {
    case auto
    case silero
    case webRTC = "webrtc"
}

/// Makes the voice activity detector of each stream.
public struct DetectorFactory: Sendable {
    /// Where the Silero model lies in a folder of an installation.
    public static let modelPath = "models/silero_vad_16k.safetensors"

    /// Makes detectors that need no model.
    public static let webRTC = DetectorFactory(network: nil)

    /// What all Silero detectors share; without it the others are made.
    private let network: SileroNetwork?
    /// Why the choice was left open and did not fall on Silero.
    public private(set) var fallbackReason: SileroModelError?

    /// Loads the model, if one is wanted.
    ///
    /// - Parameter model: The file of the Silero model.
    /// - Throws: `SileroModelError` when Silero is wanted and the model cannot be used.
    public init(choice: DetectorChoice, model: String) throws(SileroModelError) {
        self = .webRTC
        if choice == .webRTC { return }
        do {
            self.init(network: try SileroNetwork(path: model))
        } catch {
            if choice == .silero { throw error }
            fallbackReason = error
        }
    }

    private init(network: SileroNetwork?) { self.network = network }

    /// Which detector it makes.
    public var choice: DetectorChoice { network == nil ? .webRTC : .silero }

    /// The rules that suit it.
    public var turnDetection: TurnDetection { network == nil ? .webRTC : .silero }

    /// - Throws: `DetectorError` when there is no memory for one more.
    public func make() throws(DetectorError) -> any VoiceActivityDetector {
        if let network { SileroDetector(network: network) } else { try WebRTCDetector() }
    }
}
