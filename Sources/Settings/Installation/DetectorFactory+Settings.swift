import Models
public import SpeechDetection

extension DetectorFactory {
    /// Loads the model that the settings name, or that of the installation.
    ///
    /// - Throws: `SettingsError` when Silero is asked for by name and its model cannot be used.
    public init(settings: DetectorSettings) throws(SettingsError) {
        let model = settings.model ?? InstalledFiles.expectedPath(Self.modelPath)
        self = try SettingsError.naming(\.detector.model) {
            try DetectorFactory(choice: settings.choice, model: model)
        }
    }
}
