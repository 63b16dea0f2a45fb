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
        // Cutting needs no engine; where the server would have none, what suits the default one is shown.
        let hasWordTimes = (try? await EngineSettings(reader))?.engine.hasWordTimes ?? true
        let session = try await ServerSettings.session(reader, detector.turnDetection, hasWordTimes: hasWordTimes)
        turnDetection = session.defaultTurnDetection
        maximumUtterance = session.maximumUtterance
        overlap = session.overlap
        enhancement = session.enhancement
    }

    /// Cuts a recording (mono, at `SampleClock.rate`) as a session with these settings does.
    ///
    /// - Throws: `DetectorError` when there is no memory for a detector.
    public func segmentation(of samples: [Int16]) throws(DetectorError) -> Segmentation {
        Segmentation(
            of: detected(samples),
            by: try DetectorFactory(settings: detector).make(),
            turnDetection: turnDetection,
            maximumUtterance: maximumUtterance,
            overlap: overlap
        )
    }

    /// The recording as the detector hears it.
    private func detected(_ samples: [Int16]) -> [Int16] {
        guard enhancement.isActive, enhancement.listener != .transcriber, let enhancer = try? AudioEnhancer(enhancement)
        else { return samples }
        var enhanced: [Int16] = []
        enhanced.reserveCapacity(samples.count)
        enhancer.process(samples, into: &enhanced)
        enhancer.drain(into: &enhanced)
        return enhanced
    }
}
