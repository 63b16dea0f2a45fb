import Models
public import SpeechDetection

/// Which voice activity detector finds speech.
public struct DetectorSettings: Sendable {
    /// A detector and what all of its kind share.
    public enum Detector: Sendable {
        case silero(SileroNetwork)
        case webRTC
    }

    /// Where the model lies in a folder that is searched for it.
    static let modelPath = "models/silero_vad_16k.safetensors"

    public var detector: Detector
    /// Why the choice was left to the server and did not fall on the better one.
    public var fallbackReason: SileroModelError?

    /// The detector's name, as `VAD` has it.
    public var name: String {
        switch detector {
        case .silero: ServerSettings.DetectorChoice.silero.rawValue
        case .webRTC: ServerSettings.DetectorChoice.webRTC.rawValue
        }
    }

    /// What suits the detector.
    var turnDetection: TurnDetection {
        switch detector {
        case .silero: .silero
        case .webRTC: .webRTC
        }
    }

    init(detector: Detector) { self.detector = detector }

    /// Loads the model, if one is wanted.
    init(_ reader: SettingReader) async throws(SettingsError) {
        let choice = try await reader.choice(.vad, ServerSettings.DetectorChoice.self) ?? .auto
        let path = try await reader.string(.sileroModel)
        detector = .webRTC
        if choice == .webRTC { return }
        do {
            detector = .silero(try SileroNetwork(path: path ?? InstalledFiles.path(Self.modelPath) ?? Self.modelPath))
        } catch {
            if choice == .silero { throw SettingsError(.sileroModel, problem: "cannot be used. \(error).") }
            fallbackReason = error
        }
    }
}
