import InMemoryLogging
import Logging
import Settings
import SpeechDetection
import Testing

@testable import StenoServer

@Suite("Detector factory")
struct DetectorFactoryTests {
    @Test(
        "Makes a detector of its own for each session, and warns only of a fallback",
        arguments: [
            (["VAD": "webrtc"], 320, 0), (["VAD": "silero"], 512, 0), (["SILERO_MODEL": "/proc/nowhere"], 320, 1),
        ]
            as [([String: String], Int, Int)]
    )
    func makes(environment: [String: String], frameLength: Int, warnings: Int) throws {
        let log = InMemoryLogHandler()
        let settings = try ServerSettings(reading: SettingValues(environment: environment))
        let factory = try DetectorFactory(settings: settings.detector)
        factory.warnOfFallback(to: Logger(label: "test") { _ in log })
        let detectors = (try factory.make(), try factory.make())
        #expect(detectors.0.frameLength == frameLength)
        #expect(detectors.0 as AnyObject !== detectors.1 as AnyObject)
        #expect(log.entries.map(\.level) == [Logger.Level](repeating: .warning, count: warnings))
    }
}
