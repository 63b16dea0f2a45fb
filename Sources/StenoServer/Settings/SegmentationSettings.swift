import Audio
public import Configuration
import Sessions
public import SpeechDetection

/// The part of the server's settings that decides how audio is cut.
public struct SegmentationSettings: Sendable {
    public var detector: DetectorSettings
    public var turnDetection: TurnDetection
    /// The longest utterance, in samples.
    public var maximumUtterance: Int
    /// What an engine hears in both of two utterances where one was cut for its length, in samples.
    public var overlap: Int
    private let enhancement: AudioEnhancement

    /// Keys, meanings and defaults are those of `Setting`.
    ///
    /// - Throws: `SettingsError` for the first value that cannot be used.
    public init(config: ConfigReader) async throws(SettingsError) {
        let reader = SettingReader(config: config)
        detector = try await DetectorSettings(reader)
        // Where speech is cut for its length depends on the overlap, and that on whether the engine tells word times.
        let engine = try await EngineSettings(reader).engine
        let session = try await ServerSettings.session(reader, detector.turnDetection)
        turnDetection = session.defaultTurnDetection
        maximumUtterance = session.maximumUtterance
        overlap = session.overlap ?? SessionSettings.overlap(hasWordTimes: engine.hasWordTimes)
        enhancement = session.enhancement
    }

    /// Cuts a recording (mono, at `SampleClock.rate`) as a session with these settings does.
    ///
    /// - Throws: `DetectorError` when there is no memory for a detector.
    public func segmentation(of samples: [Int16]) throws(DetectorError) -> Segmentation {
        Segmentation(
            of: enhancement.heardByDetector(samples),
            by: try DetectorFactory(settings: detector).make(),
            turnDetection: turnDetection,
            maximumUtterance: maximumUtterance,
            overlap: overlap
        )
    }
}
