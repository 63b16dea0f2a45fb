import Foundation
import Sessions
import Settings
import SpeechDetection
import SpeechPictures

/// Cuts recordings as the server's sessions with the same settings do.
struct RecordingCutter {
    private let detectors: DetectorFactory
    private let session: SessionSettings
    private let hasWordTimes: Bool

    /// - Throws: `SettingsError` for the first value that cannot be used.
    init(reading values: SettingValues) throws(SettingsError) {
        let settings = try ServerSettings(reading: values)
        detectors = try DetectorFactory(settings: settings.detector)
        // Where speech is cut for its length depends on the overlap, and that on whether the engine tells word times.
        let engine = try EngineChoice(settings: settings)
        hasWordTimes = engine.hasWordTimes
        session = settings.session(turnDetection: detectors.turnDetection)
    }

    /// - Parameter samples: Mono, at `SampleClock.rate`.
    /// - Throws: `DetectorError` when there is no memory for a detector.
    func cut(_ samples: [Int16], of file: String) throws -> SegmentedRecording {
        let start = Self.processorTime()
        let segmentation = Segmentation(
            of: samples,
            by: try detectors.make(),
            settings: session,
            hasWordTimes: hasWordTimes
        )
        return SegmentedRecording(
            name: file,
            samples: samples,
            segmentation: segmentation,
            detector: detectors.choice.rawValue,
            turnDetection: session.defaultTurnDetection,
            cost: Self.processorTime() - start
        )
    }

    /// What this thread has used so far.
    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
