import Audio
public import Configuration
public import Logging
public import Sessions
import SpeechDetection

/// Everything that `steno serve` reads once at its start.
///
/// Keys, meanings and defaults are those of `Setting`.
public struct ServerSettings: Sendable {
    /// Which engine to use; `auto` decides by what is configured.
    public enum TranscriberChoice: String, CaseIterable, Sendable {
        case auto
        case whisperHTTP = "whisper-http"
        case pocketSphinx = "pocketsphinx"
    }

    /// Which voice activity detector to use; `auto` decides by what is there.
    public enum DetectorChoice: String, CaseIterable, Sendable {
        case auto
        case silero
        case webRTC = "webrtc"
    }

    public var host: String
    public var port: Int
    public var logLevel: Logger.Level
    public var engine: EngineSettings
    public var detector: DetectorSettings
    /// What a session starts with.
    public var session: SessionSettings
    public var maximumSessions: Int
    public var maximumMessageBytes: Int
    public var slowReaderTimeout: Duration
    public var shutdownTimeout: Duration

    /// - Throws: `SettingsError` for the first value that cannot be used.
    public init(config: ConfigReader) async throws(SettingsError) {
        let reader = SettingReader(config: config)
        host = try await reader.string(.host) ?? "127.0.0.1"
        port = try await reader.integer(.port, in: 0...65_535) ?? 8_000
        logLevel = try await reader.choice(.logLevel) ?? .info
        engine = try await EngineSettings(reader)
        detector = try await DetectorSettings(reader)
        session = try await Self.session(reader, detector.turnDetection)
        maximumSessions = try await reader.integer(.maxSessions, in: 1...100_000) ?? 1_000
        maximumMessageBytes = try await reader.integer(.maxMessageBytes, in: 1_024...(1 << 30)) ?? 21 << 20
        slowReaderTimeout = try await reader.milliseconds(.slowReaderTimeout, in: 100...600_000) ?? .seconds(30)
        shutdownTimeout = try await reader.milliseconds(.shutdownTimeout, in: 0...600_000) ?? .seconds(20)
    }

    private static func session(
        _ reader: SettingReader,
        _ turnDetection: TurnDetection
    ) async throws(SettingsError) -> SessionSettings {
        func samples(_ setting: Setting, _ range: ClosedRange<Int>) async throws(SettingsError) -> Int? {
            try await reader.integer(setting, in: range).map { SampleClock.samples(milliseconds: $0) }
        }
        var turns = turnDetection
        turns.threshold =
            try await reader.number(.vadThreshold, in: TurnDetection.thresholds).map { Float($0) } ?? turns.threshold
        turns.prefixPadding = try await samples(.vadPrefixPadding, TurnDetection.paddings) ?? turns.prefixPadding
        turns.hangover = try await samples(.vadSilenceDuration, TurnDetection.hangovers) ?? turns.hangover
        turns.minimumSpeech = try await samples(.vadMinSpeech, TurnDetection.minimumSpeeches) ?? turns.minimumSpeech
        var session = SessionSettings(turnDetection: turns)
        session.maximumUtterance =
            try await samples(.vadMaxUtterance, TurnDetection.maximumUtterances) ?? session.maximumUtterance
        session.language = try await reader.string(.transcriberLanguage)
        session.prompt = try await reader.string(.transcriberPrompt)
        session.maximumPending =
            try await reader.integer(.maxPendingUtterances, in: 1...1_000) ?? session.maximumPending
        return session
    }
}

extension SettingReader {
    func milliseconds(_ setting: Setting, in range: ClosedRange<Int>) async throws(SettingsError) -> Duration? {
        try await integer(setting, in: range).map { .milliseconds($0) }
    }
}
