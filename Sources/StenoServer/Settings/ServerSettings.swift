import Audio
import AudioFiles
public import Configuration
import Limits
public import Logging
public import Sessions
import SpeechDetection
public import Transcription

/// Everything that `steno serve` reads once at its start.
///
/// Keys, meanings and defaults are those of `Setting`.
public struct ServerSettings: Sendable {
    /// Which engine to use; `auto` decides by what is configured.
    public enum TranscriberChoice: String, CaseIterable, Sendable {
        case auto
        case whisperHTTP = "whisper-http"
        case sherpa
        case pocketSphinx = "pocketsphinx"
    }

    /// Which voice activity detector to use; `auto` decides by what is there.
    public enum DetectorChoice: String, CaseIterable, Sendable {
        case auto
        case silero
        case webRTC = "webrtc"
    }

    /// Which noise to suppress, if any.
    enum NoiseReductionChoice: String, CaseIterable {
        case off
        case nearField = "near_field"
        case farField = "far_field"

        var reduction: NoiseReduction? { NoiseReduction(rawValue: rawValue) }
    }

    public var host: String
    public var port: Int
    public var logLevel: Logger.Level
    /// Without any the server is open.
    var apiKeys: APIKeys
    /// What opens the metrics; without it only this machine reads them.
    var metricsKey: String?
    var allowedOrigins: AllowedOrigins
    var allowedHosts: AllowedHosts
    public var engine: EngineSettings
    public var detector: DetectorSettings
    /// What becomes of text that the engine invented.
    public var guardMode: GuardMode
    /// What a session starts with.
    public var session: SessionSettings
    public var maximumSessions: Int
    public var maximumMessageBytes: Int
    public var maximumUploadBytes: Int
    /// What one uploaded file may cost.
    var files: AudioFileReader.Limits
    /// What bodies of requests and messages under way may hold together, in bytes.
    public var maximumMemoryBytes: Int
    public var requestTimeout: Duration
    public var pingInterval: Duration
    public var pingTimeout: Duration
    public var slowReaderTimeout: Duration
    public var shutdownTimeout: Duration

    /// - Throws: `SettingsError` for the first value that cannot be used.
    public init(config: ConfigReader) async throws(SettingsError) {
        let reader = SettingReader(config: config)
        host = try await reader.string(.host) ?? "127.0.0.1"
        port = try await reader.integer(.port, in: 0...65_535) ?? 8_000
        logLevel = try await reader.choice(.logLevel) ?? .info
        apiKeys = try await Self.apiKeys(reader)
        metricsKey = try await reader.string(.metricsKey)
        allowedOrigins = try await Self.allowedOrigins(reader)
        allowedHosts = try await Self.allowedHosts(reader, host: host)
        engine = try await EngineSettings(reader)
        detector = try await DetectorSettings(reader)
        session = try await Self.session(reader, detector.turnDetection)
        guardMode = try await reader.choice(.transcriptGuard) ?? .drop
        session.checksManualCommits = guardMode != .off
        maximumSessions = try await reader.integer(.maxSessions, in: 1...100_000) ?? 1_000
        maximumMessageBytes = try await reader.integer(.maxMessageBytes, in: 1_024...(1 << 30)) ?? 21 << 20
        maximumUploadBytes = try await reader.integer(.maxUploadBytes, in: 1_024...(1 << 32)) ?? 100 << 20
        files = try await Self.files(reader)
        maximumMemoryBytes =
            try await reader.integer(.maxMemoryBytes, in: (1 << 20)...(1 << 46)) ?? MachineMemory.size / 4
        requestTimeout = try await reader.milliseconds(.requestTimeout, in: 100...600_000) ?? .seconds(30)
        pingInterval = try await reader.milliseconds(.pingInterval, in: 100...3_600_000) ?? .seconds(20)
        pingTimeout = try await reader.milliseconds(.pingTimeout, in: 100...3_600_000) ?? .seconds(40)
        slowReaderTimeout = try await reader.milliseconds(.slowReaderTimeout, in: 100...600_000) ?? .seconds(30)
        shutdownTimeout = try await reader.milliseconds(.shutdownTimeout, in: 0...600_000) ?? .seconds(8)
    }

    static func apiKeys(_ reader: SettingReader) async throws(SettingsError) -> APIKeys {
        let list = try await reader.string(.apiKeys)
        let path = try await reader.string(.apiKeysFile)
        if list != nil, path != nil { throw SettingsError(.apiKeysFile, problem: "and API_KEYS exclude each other.") }
        do {
            if let path { return try APIKeys(file: path) }
            return try list.map { try APIKeys(parsing: $0) } ?? APIKeys()
        } catch let error as APIKeysError {
            throw SettingsError(path == nil ? .apiKeys : .apiKeysFile, problem: "\(error)")
        } catch {
            throw SettingsError(.apiKeysFile, problem: "names a file that cannot be read as text.")
        }
    }

    private static func allowedOrigins(_ reader: SettingReader) async throws(SettingsError) -> AllowedOrigins {
        let list = try await reader.string(.allowedOrigins) ?? ""
        do {
            return try AllowedOrigins(parsing: list)
        } catch {
            throw SettingsError(.allowedOrigins, problem: "\(error)")
        }
    }

    private static func allowedHosts(
        _ reader: SettingReader,
        host: String
    ) async throws(SettingsError) -> AllowedHosts {
        let list = try await reader.string(.allowedHosts)
        do {
            return try AllowedHosts(listeningOn: host, list: list)
        } catch {
            throw SettingsError(.allowedHosts, problem: "\(error)")
        }
    }

    private static func files(_ reader: SettingReader) async throws(SettingsError) -> AudioFileReader.Limits {
        var limits = AudioFileReader.Limits()
        if let seconds = try await reader.integer(.maxFileSeconds, in: 1...864_000) {
            limits.samples = seconds * SampleClock.rate
        }
        limits.patience = try await reader.milliseconds(.fileTimeout, in: 100...3_600_000) ?? limits.patience
        return limits
    }

    static func session(
        _ reader: SettingReader,
        _ turnDetection: TurnDetection
    ) async throws(SettingsError) -> SessionSettings {
        func samples(_ setting: Setting, _ range: ClosedRange<Int>) async throws(SettingsError) -> Int? {
            try await reader.integer(setting, in: range).map { SampleClock.samples(milliseconds: $0) }
        }
        func number(_ setting: Setting, _ range: ClosedRange<Double>) async throws(SettingsError) -> Float? {
            try await reader.number(setting, in: range).map { Float($0) }
        }
        typealias Rules = TurnDetection
        var change = TurnDetectionUpdate.Change()
        change.threshold = try await number(.vadThreshold, Rules.thresholds)
        change.hysteresis = try await number(.vadHysteresis, Rules.hystereses)
        change.prefixPadding = try await samples(.vadPrefixPadding, Rules.paddings)
        change.suffixPadding = try await samples(.vadSuffixPadding, Rules.paddings)
        change.hangover = try await samples(.vadSilenceDuration, Rules.hangovers)
        change.minimumSpeech = try await samples(.vadMinSpeech, Rules.minimumSpeeches)
        change.mergeGap = try await samples(.vadMergeGap, Rules.searches)
        change.onsetSearch = try await samples(.vadOnsetSearch, Rules.searches)
        change.offsetSearch = try await samples(.vadOffsetSearch, Rules.searches)
        change.softMaximum = try await samples(.vadSoftMax, Rules.maximumUtterances)
        var session = SessionSettings(turnDetection: change.applied(to: turnDetection))
        session.maximumUtterance =
            try await samples(.vadMaxUtterance, Rules.maximumUtterances) ?? session.maximumUtterance
        session.maximumCommit = session.maximumUtterance
        session.overlap = try await samples(.vadOverlap, Rules.overlaps)
        session.allowsInterim = try await reader.choice(.interim, Interim.self) != .off
        let pause = try await samples(.speculate, 0...10_000) ?? SessionSettings.defaultSpeculation
        session.speculatesAfter = pause > 0 ? pause : nil
        session.enhancement = try await enhancement(reader)
        session.language = try await language(reader)
        session.prompt = try await reader.string(.transcriberPrompt)
        session.maximumPrompt =
            try await reader.integer(.maxPromptBytes, in: 0...65_536) ?? session.maximumPrompt
        session.maximumPending =
            try await samples(.maxPendingAudio, 1_000...3_600_000) ?? session.maximumPending
        return session
    }
}

extension ServerSettings {
    /// Whose engines give text while somebody speaks.
    enum Interim: String, CaseIterable {
        case on, off
        /// Also Whisper-compatible servers, which costs a request for each reading.
        case http
    }

    private static func language(_ reader: SettingReader) async throws(SettingsError) -> String? {
        let value = try await reader.string(.transcriberLanguage)
        do {
            return try LanguageChoice(reading: value).code
        } catch {
            throw SettingsError(.transcriberLanguage, value: value, allowed: UnknownLanguage.allowed)
        }
    }

    private enum Switch: String, CaseIterable { case on, off }

    private static func enhancement(_ reader: SettingReader) async throws(SettingsError) -> AudioEnhancement {
        AudioEnhancement(
            noiseReduction: try await reader.choice(.noiseReduction, NoiseReductionChoice.self)?.reduction,
            gainControl: try await reader.choice(.gainControl, Switch.self) == .on,
            listener: try await reader.choice(.enhancementFor) ?? .both
        )
    }
}

extension SettingReader {
    func milliseconds(_ setting: Setting, in range: ClosedRange<Int>) async throws(SettingsError) -> Duration? {
        try await integer(setting, in: range).map { .milliseconds($0) }
    }
}
